from collections import defaultdict

from flask import Blueprint, current_app, render_template

from .models import Entry

bp = Blueprint("summary", __name__)


@bp.get("/")
def home():
    totals = defaultdict(float)
    for e in Entry.query:
        totals[e.account] += float(e.amount)
    return render_template("home.html", totals=sorted(totals.items()), title=current_app.config["TITLE"])


@bp.get("/export.xml")
def export():
    from xml.etree import ElementTree as ET
    root = ET.Element("ledger")
    for e in Entry.query.order_by(Entry.id):
        ET.SubElement(root, "entry", day=e.day.isoformat(), account=e.account).text = str(e.amount)
    return ET.tostring(root, encoding="unicode"), 200, {"Content-Type": "application/xml"}


@bp.get("/boom")
def boom():
    return render_template("missing.html")


@bp.app_errorhandler(404)
def lost(e):
    return render_template("404.html"), 404


@bp.app_errorhandler(500)
def broken(e):
    return render_template("500.txt", what=type(e.original_exception).__name__), 500, {"Content-Type": "text/plain"}
