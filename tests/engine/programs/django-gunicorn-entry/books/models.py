from django.db import models


class Author(models.Model):
    name = models.CharField(max_length=80, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self):
        return self.name


class Book(models.Model):
    title = models.CharField(max_length=120)
    author = models.ForeignKey(Author, on_delete=models.CASCADE, related_name="books")
    published = models.DateField()
    copies = models.PositiveIntegerField(default=0)
    summary = models.TextField(blank=True)
    slug = models.SlugField(unique=True)

    class Meta:
        ordering = ["published"]

    def __str__(self):
        return self.title


class Note(models.Model):
    book = models.ForeignKey(Book, on_delete=models.CASCADE, related_name="notes")
    mail = models.EmailField()
    text = models.CharField(max_length=200)
