import importlib
import pkgutil
import tomllib
from pathlib import Path

import click

from . import commands


class Lazy(click.Group):
    """A command is a module of invoicer.commands, imported when it is asked for."""

    def list_commands(self, ctx):
        return sorted(one.name for one in pkgutil.iter_modules(commands.__path__))

    def get_command(self, ctx, name):
        if name not in self.list_commands(ctx):
            return None
        return importlib.import_module(f"invoicer.commands.{name}").command


def settings():
    file = Path(click.get_app_dir("invoicer")) / "config.toml"
    return tomllib.loads(file.read_text()) if file.exists() else {}


@click.group(cls=Lazy, context_settings={"auto_envvar_prefix": "INVOICER", "help_option_names": ["-h", "--help"]})
@click.version_option(package_name="invoicer")
@click.option("-v", "--verbose", is_flag=True)
@click.pass_context
def cli(ctx, verbose):
    """Makes invoices out of orders."""
    ctx.obj = {"verbose": verbose, "settings": settings()}
