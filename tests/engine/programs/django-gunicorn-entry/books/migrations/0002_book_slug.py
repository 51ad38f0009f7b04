from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("books", "0001_initial")]
    operations = [
        migrations.AddField(model_name="book", name="slug", field=models.SlugField(default="", unique=True), preserve_default=False),
    ]
