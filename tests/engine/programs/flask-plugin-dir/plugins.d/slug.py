class Plugin:
    def run(self, text, **options):
        from slugify import slugify
        return slugify(text, **options)
