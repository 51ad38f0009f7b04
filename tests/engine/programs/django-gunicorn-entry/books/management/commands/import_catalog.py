import csv
from datetime import date

from django.core.management.base import BaseCommand, CommandError
from django.utils.text import slugify

from books.models import Author, Book


class Command(BaseCommand):
    help = "Reads a catalog in CSV; books that are there already are left alone"

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, file, **options):
        new = 0
        try:
            with open(file, newline="", encoding="utf-8") as lines:
                for row in csv.DictReader(lines, delimiter=";"):
                    author, _ = Author.objects.get_or_create(name=row["author"])
                    _, made = Book.objects.get_or_create(slug=slugify(row["title"]), defaults={
                        "title": row["title"], "author": author, "published": date.fromisoformat(row["published"]),
                        "copies": int(row["copies"]), "summary": row["summary"]})
                    new += made
        except OSError as error:
            raise CommandError(f"no catalog: {error}")
        self.stdout.write(f"catalog: {new} new books")
