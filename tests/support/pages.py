"""HTML pages as trees, and the tables that are embedded in them, read back as page.js reads them."""

import json
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

from layerscope.report.html.embedding import DIGITS

HTML, SVG = "{http://www.w3.org/1999/xhtml}", "{http://www.w3.org/2000/svg}"


def parsed(page: str) -> Element:
    """The page's tree; fails on anything that the HTML standard calls a parse error: nesting, a stray tag or character."""
    tree: Element = html5lib.HTMLParser(strict=True).parse(page)
    return tree


def every(tree: Element, name: str) -> list[Element]:
    """All elements of a name, in their order."""
    return [found for found in tree.iter() if found.tag in (HTML + name, SVG + name)]


def text(element: Element) -> str:
    """What it says, spaces as one, without scripts and styles."""
    return " ".join("".join(_texts(element)).split())


def _texts(element: Element) -> list[str]:
    if element.tag in (HTML + "script", HTML + "style"):
        return []
    found = [element.text or ""]
    for child in element:
        found += [*_texts(child), child.tail or ""]
    return found


def by_id(tree: Element, name: str) -> Element:
    """The one element with an ID."""
    (found,) = [element for element in tree.iter() if element.get("id") == name]
    return found


def embedded(tree: Element, name: str) -> dict[str, list[Any]]:
    """The columns of an embedded table, decoded."""
    (data,) = [script for script in every(by_id(tree, f"table-{name}"), "script") if script.get("class") == "data"]
    return {column["key"]: decoded(column["data"]) for column in json.loads(data.text or "")["columns"]}


def decoded(data: Any) -> list[Any]:
    """One column."""
    if isinstance(data, list):
        return data
    if "front" in data:
        values: list[Any] = []
        before = ""
        for line in data["front"].split("\n"):
            before = before[: DIGITS.index(line[0])] + line[1:]
            values.append(before)
        return values
    if "at" in data:
        return [data["of"][position] for position in data["at"]]
    runs = zip(data["runs"][::2], data["runs"][1::2], strict=True)
    return [data["of"][position] for position, times in runs for _ in range(times)]
