import os
from importlib import import_module

from flask import Flask
from flask_migrate import Migrate

from .models import db

BLUEPRINTS = ("entries", "summary")


def create_app():
    app = Flask(__name__)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///" + os.environ["DATABASE"]
    app.config["TITLE"] = os.environ.get("LEDGER_TITLE", "Ledger")
    db.init_app(app)
    Migrate(app, db, directory="migrations", render_as_batch=True)
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f".{name}", __name__).bp)
    from .cli import register
    register(app)

    @app.template_filter("money")
    def money(value):
        return f"{value:,.2f}".replace(",", "'")

    return app
