import argparse
import sys
from importlib import metadata, resources

from . import rates


def exporters():
    return {e.name: e for e in metadata.entry_points(group="tariff.exporters")}


def main(argv=None):
    p = argparse.ArgumentParser(prog="tariff")
    p.add_argument("--version", action="version", version="tariff " + metadata.version("tariff"))
    s = p.add_subparsers(dest="do", required=True)
    c = s.add_parser("cost")
    c.add_argument("region")
    c.add_argument("kwh", type=float)
    c.add_argument("--at", default="2024-01-15T18:30:00+00:00")
    c.add_argument("--format", default="text")
    c.add_argument("--lang", default="en")
    s.add_parser("regions")
    s.add_parser("formats")
    s.add_parser("about")
    a = p.parse_args(argv)
    if a.do == "regions":
        for n in rates.names():
            try:
                print(n, rates.load(n)["name"])
            except ValueError as e:
                print(n, "unreadable:", e)
            except Exception as e:
                print(n, "invalid:", e.message)
    elif a.do == "formats":
        for n, e in sorted(exporters().items()):
            print(n, e.value, e.dist.metadata["Name"])
    elif a.do == "about":
        d = metadata.distribution("tariff")
        print(d.metadata["Summary"])
        print(sorted(r.split()[0] for r in d.requires if "extra" in r))
        print(any(str(f).endswith("cli.py") for f in d.files))
        with resources.as_file(resources.files("tariff") / "data" / "schema.json") as f:
            print(f.name, f.stat().st_size > 10)
    else:
        e = exporters().get(a.format)
        if e is None:
            p.error(f"no format {a.format}")
        try:
            bill = rates.bill(a.region, a.kwh, a.at, a.lang)
            out = e.load()(bill)
        except (rates.Unknown, ImportError) as x:
            print(f"tariff: {x}", file=sys.stderr)
            return 3
        sys.stdout.write(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
