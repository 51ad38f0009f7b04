import csv
import datetime
from decimal import Decimal

import click

from .models import Entry, db


def register(app):
    @app.cli.command("load")
    @click.argument("path", type=click.Path(exists=True))
    def load(path):
        with open(path, encoding="utf-8", newline="") as f:
            rows = [Entry(day=datetime.date.fromisoformat(r["day"]), account=r["account"], amount=Decimal(r["amount"]), note=r["note"])
                    for r in csv.DictReader(f)]
        db.session.add_all(rows)
        db.session.commit()
        click.echo(f"{path}: {len(rows)} entries")

    @app.cli.command("report")
    @click.option("--by", type=click.Choice(["month", "account"]), default="month")
    def report(by):
        key = db.func.strftime("%Y-%m", Entry.day) if by == "month" else Entry.account
        for name, total in db.session.query(key, db.func.sum(Entry.amount)).group_by(key).order_by(key):
            click.echo(f"{name}\t{total}")
