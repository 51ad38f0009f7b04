import logging

from django.db.models.signals import post_save
from django.dispatch import receiver

from .models import Note

log = logging.getLogger("books")


@receiver(post_save, sender=Note)
def note_saved(sender, instance, created, **more):
    if created:
        log.info("note about %s", instance.book.title)
