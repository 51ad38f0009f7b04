import csv

from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, ngettext

from .forms import NoteForm
from .models import Book


def index(request):
    books = Book.objects.select_related("author")
    if "q" in request.GET:
        books = books.filter(title__iregex=request.GET["q"])
    found = books.count()
    return render(request, "books/index.html", {"books": books, "found": ngettext("%(n)s book", "%(n)s books", found) % {"n": found}})


def book(request, slug):
    one = get_object_or_404(Book, slug=slug)
    form = NoteForm(request.POST or None)
    if form.is_valid():
        form.instance.book = one
        form.save()
        messages.success(request, _("Thank you."))
        return redirect("book", slug=slug)
    return render(request, "books/book.html", {"book": one, "form": form}, status=422 if request.POST else 200)


def export(request):
    answer = HttpResponse(content_type="text/csv; charset=utf-8", headers={"Content-Disposition": 'attachment; filename="books.csv"'})
    out = csv.writer(answer)
    for one in Book.objects.order_by("title"):
        out.writerow([one.title, one.author.name, one.published.isoformat(), one.copies])
    return answer


def password(request):
    try:
        validate_password(request.GET.get("try", ""))
    except ValidationError as error:
        return JsonResponse({"ok": False, "why": error.messages}, status=400)
    return JsonResponse({"ok": True})


def boom(request):
    raise RuntimeError("the roof is open")
