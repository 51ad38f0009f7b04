from datetime import datetime
from importlib import resources
from zoneinfo import ZoneInfo

import yaml


class Unknown(Exception):
    pass


def names():
    return sorted(f.name[:-5] for f in resources.files("tariff.data").joinpath("rates").iterdir() if f.name.endswith(".yaml"))


def load(name):
    f = resources.files("tariff.data").joinpath("rates", name + ".yaml")
    if not f.is_file():
        raise Unknown(f"no region {name}")
    import json

    from jsonschema import validate
    data = yaml.load(f.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    validate(data, json.loads(resources.files("tariff.data").joinpath("schema.json").read_text()))
    return data


def words(lang):
    try:
        text = resources.files(__package__).joinpath("lang", lang + ".txt").read_text(encoding="utf-8")
    except FileNotFoundError:
        return words("en")
    return dict(l.split("=", 1) for l in text.splitlines() if l)


def bill(region, kwh, at, lang):
    from babel.dates import format_datetime
    from babel.numbers import format_currency
    r = load(region)
    when = datetime.fromisoformat(at).astimezone(ZoneInfo(r["zone"]))
    peak = r["peak"][0] <= when.hour < r["peak"][1]
    price = r["high"] if peak else r["low"]
    w = words(lang)
    return {"region": r["name"], "when": format_datetime(when, locale=lang), "kwh": kwh,
            "rate": w["peak"] if peak else w["offpeak"], "total": format_currency(kwh * price, r["currency"], locale=lang), "title": w["title"]}
