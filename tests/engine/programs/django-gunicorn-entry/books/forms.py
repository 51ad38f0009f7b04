from django import forms
from django.utils.translation import gettext_lazy as _

from .models import Note


class NoteForm(forms.ModelForm):
    class Meta:
        model = Note
        fields = ["mail", "text"]
        labels = {"mail": _("Your address"), "text": _("Your note")}
