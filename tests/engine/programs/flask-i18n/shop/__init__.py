from datetime import date
from decimal import Decimal
import markdown
from flask import Flask, render_template, request, jsonify
from flask_babel import Babel, gettext as _, format_date, format_currency, lazy_gettext, ngettext
from werkzeug.utils import import_string


def create_app():
    app = Flask(__name__)
    app.config.from_object("shop.settings")
    Babel(app, locale_selector=lambda: request.accept_languages.best_match(app.config["LANGUAGES"]))
    for name in app.config["BLUEPRINTS"]:
        app.register_blueprint(import_string(name))

    @app.route("/")
    def index():
        return render_template("index.html", n=int(request.args.get("n", 1)), day=format_date(date(2024, 3, 1), "full"))

    @app.route("/price")
    def price():
        return jsonify(price=format_currency(Decimal("1234.5"), "EUR"), word=_("Hello"))

    @app.route("/about")
    def about():
        with app.open_resource("about.md", "r") as text:
            return markdown.markdown(text.read(), extensions=["tables", "fenced_code"])

    @app.errorhandler(404)
    def missing(error):
        return render_template("404.html"), 404
    return app
