from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import click
from babel import dates
from babel.localtime import LOCALTZ


@click.command()
@click.argument("start", type=click.DateTime())
@click.argument("days", type=click.IntRange(0, 90))
@click.option("--lang", default="en")
@click.option("--zone", default=None, help="of the customer; else TZ")
def command(start, days, lang, zone):
    """When an invoice is due, as a customer reads it."""
    zone = ZoneInfo(zone) if zone else LOCALTZ
    when = start.replace(tzinfo=zone) + timedelta(days=days)
    click.echo(dates.format_datetime(when, "full", tzinfo=zone, locale=lang))
    click.echo(dates.format_timedelta(timedelta(days=days), locale=lang))
