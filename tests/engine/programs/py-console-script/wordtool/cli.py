from importlib import metadata, resources
import click, yaml
@click.group()
@click.version_option(package_name="wordtool")
def main():
    pass
@main.command()
@click.argument("text")
@click.option("--plugin", default="upper")
def run(text, plugin):
    found = {point.name: point for point in metadata.entry_points(group="wordtool.plugins")}
    click.echo(found[plugin].load()(text))
@main.command()
@click.argument("word")
def translate(word):
    words = yaml.safe_load(resources.files("wordtool").joinpath("data/words.yaml").read_text())
    try:
        from rich import print as show
    except ImportError:
        show = print
    show(words[word])
