import markdown as md
from django import template
from django.utils.safestring import mark_safe

register = template.Library()


@register.filter
def markdown(text):
    return mark_safe(md.markdown(text, extensions=["tables", "smarty"]))


@register.inclusion_tag("books/_author.html")
def by(book):
    return {"author": book.author}
