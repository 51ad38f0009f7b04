SECRET_KEY = "for tests"
LANGUAGES = ["en", "de", "fr"]
BABEL_DEFAULT_LOCALE = "en"
WTF_CSRF_ENABLED = False
BLUEPRINTS = ["shop.forms.pages"]
