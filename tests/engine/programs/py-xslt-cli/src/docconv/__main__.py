import argparse, json, pathlib, sys
from importlib.metadata import entry_points, version
from lxml import etree
HERE = pathlib.Path(__file__).parent


def to(kind, tree):
    transform = etree.XSLT(etree.parse(str(HERE / "xsl" / f"{kind}.xsl")))
    return str(transform(tree, lang=etree.XSLT.strparam("en")))


def check(tree):
    rng = etree.RelaxNG(etree.parse(str(HERE / "schemas" / "book.rng")))
    return [] if rng.validate(tree) else [f"{e.line}: {e.message}" for e in rng.error_log]


def table(tree):
    from tabulate import tabulate
    return tabulate([[c.get("id"), c.findtext("title")] for c in tree.iter("chapter")], ["id", "title"], "github")


def main(argv=None):
    parser = argparse.ArgumentParser("docconv")
    parser.add_argument("--version", action="version", version=version("docconv"))
    sub = parser.add_subparsers(dest="what", required=True)
    for name in ("html", "text", "check", "table", "css"):
        one = sub.add_parser(name)
        one.add_argument("file")
        one.add_argument("--filter")
        one.add_argument("--select", default="title")
    asked = parser.parse_args(argv)
    tree = etree.parse(asked.file)
    tree.xinclude()
    if asked.what == "check":
        errors = check(tree)
        print(*errors or ["valid"], sep="\n")
        return int(bool(errors))
    if asked.what == "css":
        from lxml.cssselect import CSSSelector
        out = json.dumps([e.text for e in CSSSelector(asked.select)(tree)])
    else:
        out = table(tree) if asked.what == "table" else to(asked.what, tree)
    if asked.filter:
        out = entry_points(group="docconv.filters")[asked.filter].load()()(out)
    print(out)


if __name__ == "__main__":
    sys.exit(main())
