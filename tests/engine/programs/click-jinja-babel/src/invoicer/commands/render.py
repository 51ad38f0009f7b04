import json
import sys

import click


@click.command()
@click.argument("order", type=click.File("r", encoding="utf-8"))
@click.option("--lang", default="en", show_default=True, show_envvar=True, help="of the invoice")
@click.option("--kind", type=click.Choice(["txt", "html"]), default="txt", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False, writable=True))
@click.pass_obj
def command(obj, order, lang, kind, output):
    """Writes the invoice of an ORDER; - reads it from standard input."""
    from babel import UnknownLocaleError
    from .. import page
    try:
        text = page.render(json.load(order), lang, kind, obj["settings"].get("seller", {"name": "?", "town": "?"}))
    except json.JSONDecodeError as error:
        raise click.ClickException(f"not an order: {error}")
    except UnknownLocaleError as error:
        raise click.BadParameter(str(error), param_hint="--lang")
    if obj["verbose"]:
        click.secho(f"{len(text.splitlines())} lines", fg="green", err=True)
    if output:
        try:
            with click.open_file(output, "w", encoding="utf-8") as out:
                out.write(text)
        except OSError as error:
            raise click.FileError(output, error.strerror)
    else:
        sys.stdout.write(text)
