import click
from babel import Locale, numbers


@click.command()
@click.argument("lang")
@click.argument("codes", nargs=-1, required=True)
def command(lang, codes):
    """The names of currencies in a language."""
    for code in codes:
        click.echo(f"{code} {numbers.get_currency_symbol(code, lang)} {numbers.get_currency_name(code, count=5, locale=lang)}")
    click.echo(Locale.parse(lang).get_display_name("en"))
