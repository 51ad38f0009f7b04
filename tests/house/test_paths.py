"""Text becomes the bytes of a path, and back, in one module: layerscope.core.names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import layerscope

ROOT = Path(layerscope.__file__).parent
HANDLERS = {"surrogateescape", "surrogatepass"}


def codings(path: Path) -> Iterator[str]:
    """Where a module encodes or decodes with surrogates."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        given = [*node.args, *(keyword.value for keyword in node.keywords)]
        handlers = {value.value for value in given if isinstance(value, ast.Constant)} & HANDLERS
        if node.func.attr in ("encode", "decode") and handlers:
            yield f"{path.relative_to(ROOT)}:{node.lineno}"


def test_only_the_names_module_encodes_and_decodes_with_surrogates() -> None:
    elsewhere = [place for path in sorted(ROOT.rglob("*.py")) if path != ROOT / "core" / "names.py" for place in codings(path)]
    assert elsewhere == []


def test_the_rule_sees_such_a_call() -> None:
    assert list(codings(ROOT / "core" / "names.py"))
