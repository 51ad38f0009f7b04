import json
from importlib.resources import files

import click


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True))
@click.pass_context
def command(ctx, paths):
    """Tells what is wrong with orders; exits with the number of bad ones."""
    schema = json.loads((files("invoicer") / "schema.json").read_text())
    bad = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            try:
                order = json.load(file)
                missing = [name for name in schema["required"] if name not in order]
            except ValueError:
                missing = ["everything"]
        if missing:
            bad += 1
            click.secho(f"{path}: no {', '.join(missing)}", err=True, fg="red")
        else:
            click.echo(f"{path}: well")
    ctx.exit(bad)
