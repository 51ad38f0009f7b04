class Upper:
    def __call__(self, text):
        return text.upper()
