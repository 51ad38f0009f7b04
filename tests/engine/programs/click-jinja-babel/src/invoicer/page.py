from datetime import date
from decimal import Decimal
from gettext import NullTranslations
from importlib.resources import files

from babel import Locale, dates, lists, numbers
from babel.support import Translations
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape


def words(amount, lang):
    from num2words import num2words
    return num2words(int(amount), lang=lang)


def environment(lang):
    env = Environment(loader=PackageLoader("invoicer"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
                      autoescape=select_autoescape(["html.j2"], default_for_string=False),
                      extensions=["jinja2.ext.i18n", "jinja2.ext.do", "jinja2.ext.loopcontrols"])
    catalog = Translations.load(str(files("invoicer") / "locale"), [lang], domain="invoicer")
    env.install_gettext_translations(catalog if catalog else NullTranslations(), newstyle=True)
    locale = Locale.parse(lang)
    env.filters.update(
        money=lambda amount, currency: numbers.format_currency(amount, currency, locale=locale),
        percent=lambda amount: numbers.format_percent(amount, "#,##0.0 %", locale=locale),
        day=lambda text, how="long": dates.format_date(date.fromisoformat(text), how, locale=locale),
        words=lambda amount: words(amount, lang), listed=lambda names: lists.format_list(names, locale=locale),
        country=lambda code: locale.territories[code])
    return env


def total(order):
    return sum(Decimal(one["price"]) * one["count"] for one in order["items"])


def render(order, lang, kind, seller):
    return environment(lang).get_template(f"invoice.{kind}.j2").render(order=order, total=total(order), seller=seller, vat=Decimal("0.19"))
