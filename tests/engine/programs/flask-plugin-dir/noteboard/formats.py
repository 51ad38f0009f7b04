import re

import markdown


def html(text, style="default"):
    """Markdown with its extensions by name: they are looked up as entry points."""
    return markdown.markdown(text, extensions=["tables", "footnotes", "codehilite", "toc", "fenced_code"],
                             extension_configs={"codehilite": {"noclasses": True, "pygments_style": style}})


def plain(text, style=None):
    return re.sub(r"[*_`#|>-]+", "", text)


html.mime, plain.mime = "text/html; charset=utf-8", "text/plain; charset=utf-8"
