"""The product's own source, parsed once: functions, calls and structs, for the rules of the house."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "layerscope"
TESTS = ROOT / "tests"

type_checkable = (ast.FunctionDef, ast.AsyncFunctionDef)


class Function(NamedTuple):
    """One function or method. ``branches`` is its cyclomatic complexity (McCabe), conditions and comprehensions included."""

    where: str
    name: str
    parameters: int
    branches: int


@cache
def modules() -> dict[Path, ast.Module]:
    """Every module of the product, by its path from the top of the package."""
    return {path.relative_to(PRODUCT): ast.parse(path.read_text("utf-8")) for path in sorted(PRODUCT.rglob("*.py"))}


@cache
def functions() -> tuple[Function, ...]:
    """Every function of the product, nested ones too."""
    return tuple(
        Function(f"{path}:{node.lineno}", node.name, _parameters(node), branches(node))
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, type_checkable)
    )


def _parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = function.args
    names = [item.arg for item in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return sum(name not in ("self", "cls") for name in names)


def branches(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Ways through a function: 1, and 1 for each loop, condition, alternative, handler, and operand of ``and`` and ``or``."""
    return 1 + sum(map(_ways, _own_nodes(function)))


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function without those of functions inside it."""
    for node in ast.iter_child_nodes(function):
        if not isinstance(node, type_checkable):
            yield node
            yield from _own_nodes(node)


def _ways(node: ast.AST) -> int:
    match node:
        case ast.If() | ast.IfExp() | ast.For() | ast.AsyncFor() | ast.While() | ast.ExceptHandler() | ast.match_case():
            return 1
        case ast.BoolOp(values=values):
            return len(values) - 1
        case ast.comprehension(ifs=ifs):
            return 1 + len(ifs)
    return 0


def crowded_calls() -> list[str]:
    """Calls with more than five positional arguments."""
    return [
        f"{path}:{node.lineno}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and sum(not isinstance(item, ast.Starred) for item in node.args) > 5
    ]


def wide_structs() -> list[str]:
    """Structs, dataclasses and named tuples of more than five fields that can be made by position."""
    return [
        f"{path}:{node.lineno} {node.name}"
        for path, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and _is_struct(node) and not _is_keyword_only(node) and _fields(node) > 5
    ]


def _is_struct(node: ast.ClassDef) -> bool:
    decorated = {_name(item.func if isinstance(item, ast.Call) else item) for item in node.decorator_list}
    return bool(decorated & {"dataclass"}) or any(_name(base) in ("Struct", "NamedTuple") for base in node.bases)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _is_keyword_only(node: ast.ClassDef) -> bool:
    settings = [*node.keywords]
    for item in node.decorator_list:
        settings += item.keywords if isinstance(item, ast.Call) else []
    return any(item.arg == "kw_only" and isinstance(item.value, ast.Constant) and item.value.value for item in settings)


def _fields(node: ast.ClassDef) -> int:
    return sum(isinstance(item, ast.AnnAssign) and "ClassVar" not in ast.unparse(item.annotation) for item in node.body)


if __name__ == "__main__":
    import statistics
    import sys

    room = sys.argv[1] if len(sys.argv) > 1 else ""
    mine = [item for item in functions() if item.where.startswith(room)]
    lines = sum(len((PRODUCT / p).read_text().splitlines()) for p in modules() if str(p).startswith(room))
    print(f"{room}: {lines} lines, {len(mine)} functions, mean branches {statistics.mean(f.branches for f in mine):.2f}")
    for f in sorted(mine, key=lambda f: -f.branches):
        if f.branches > 10 or f.parameters > 5:
            print(f"  {f.where} {f.name}: branches {f.branches}, parameters {f.parameters}")
    for row in (*crowded_calls(), *wide_structs()):
        if row.startswith(room):
            print("  positional:", row)
    for p in modules():
        n = len((PRODUCT / p).read_text().splitlines())
        if str(p).startswith(room) and p.name != "__init__.py":
            if n > 400:
                print(f"  {p}: {n} lines")
            wanted = TESTS / p.parent / f"test_{p.name}"
            if n > 100 and not wanted.exists():
                print(f"  {p}: {n} lines, no {wanted.relative_to(ROOT)}")
