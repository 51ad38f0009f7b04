import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("books", "0002_book_slug")]
    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("mail", models.EmailField(max_length=254)),
                ("text", models.CharField(max_length=200)),
                ("book", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="books.book")),
            ],
        ),
        migrations.RunSQL("CREATE INDEX books_note_mail_lower ON books_note (lower(mail))", "DROP INDEX books_note_mail_lower"),
    ]
