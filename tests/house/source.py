"""The product's own source, parsed once: modules, functions, calls and structs, for the rules of the house.

``python -m tests.house.source [ROOM]`` prints what a room of ``layerscope/`` still breaks.
"""

import ast
import statistics
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PRODUCT = ROOT / "layerscope"
TESTS = ROOT / "tests"

AnyFunction = ast.FunctionDef | ast.AsyncFunctionDef
Loop = ast.For | ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp


class Module(NamedTuple):
    """One module, ``path`` counted from the top of the package; ``nodes`` are all nodes of its syntax tree."""

    path: Path
    lines: int
    nodes: tuple[ast.AST, ...]


class Function(NamedTuple):
    """One function or method. ``branches`` is its cyclomatic complexity (McCabe), conditions and comprehensions included."""

    where: str
    name: str
    parameters: int
    branches: int

    def __str__(self) -> str:
        return f"{self.where} {self.name}: {self.branches} branches, {self.parameters} parameters"


@cache
def modules() -> tuple[Module, ...]:
    """Every module of the product."""
    return tuple(_parse(path) for path in sorted(PRODUCT.rglob("*.py")))


def _parse(path: Path) -> Module:
    text = path.read_text("utf-8")
    return Module(path.relative_to(PRODUCT), len(text.splitlines()), tuple(ast.walk(ast.parse(text))))


@cache
def functions() -> tuple[Function, ...]:
    """Every function of the product, nested ones too."""
    return tuple(
        Function(f"{module.path}:{node.lineno}", node.name, _parameters(node), branches(node))
        for module in modules()
        for node in module.nodes
        if isinstance(node, AnyFunction)
    )


def _parameters(function: AnyFunction) -> int:
    given = function.args
    names = [item.arg for item in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return sum(name not in ("self", "cls") for name in names)


def branches(function: AnyFunction) -> int:
    """Ways through a function: 1, and 1 for each loop, condition, alternative, handler, and operand of ``and`` and ``or``."""
    total, waiting = 1, list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, AnyFunction):
            total += _ways(node)
            waiting.extend(ast.iter_child_nodes(node))
    return total


def _ways(node: ast.AST) -> int:
    match node:
        case ast.If() | ast.IfExp() | ast.For() | ast.AsyncFor() | ast.While() | ast.ExceptHandler() | ast.match_case():
            return 1
        case ast.BoolOp(values=values):
            return len(values) - 1
        case ast.comprehension(ifs=ifs):
            return 1 + len(ifs)
    return 0


def crowded_folders(limit: int) -> list[str]:
    """Folders of the product with more than ``limit`` files of any kind."""
    folders = [PRODUCT, *(path for path in PRODUCT.rglob("*") if path.is_dir() and "__pycache__" not in path.parts)]
    return [
        str(folder.relative_to(ROOT)) for folder in sorted(folders) if sum(path.is_file() for path in folder.iterdir()) > limit
    ]


def long_modules(limit: int) -> list[str]:
    """Modules of more than ``limit`` lines."""
    return [f"{module.path}: {module.lines} lines" for module in modules() if module.lines > limit]


def untested_modules(limit: int) -> list[str]:
    """Modules of more than ``limit`` lines without a test file of their name at their path below ``tests/``."""
    return [
        f"{module.path} ({module.lines} lines)"
        for module in modules()
        if module.lines > limit and module.path.name != "__init__.py" and not _test_of(module.path).exists()
    ]


def _test_of(path: Path) -> Path:
    return TESTS / path.parent / f"test_{path.name}"


def crowded_calls(limit: int) -> list[str]:
    """Calls with more than ``limit`` positional arguments."""
    return [
        f"{module.path}:{node.lineno}"
        for module in modules()
        for node in module.nodes
        if isinstance(node, ast.Call) and sum(not isinstance(item, ast.Starred) for item in node.args) > limit
    ]


def positional_structs(limit: int) -> list[str]:
    """Structs, dataclasses and named tuples of more than ``limit`` fields that can be made by position."""
    return [
        f"{module.path}:{node.lineno} {node.name}"
        for module in modules()
        for node in module.nodes
        if isinstance(node, ast.ClassDef) and _is_struct(node) and not _is_keyword_only(node) and _fields(node) > limit
    ]


def _is_struct(node: ast.ClassDef) -> bool:
    names = [_name(item.func if isinstance(item, ast.Call) else item) for item in node.decorator_list]
    return "dataclass" in names or any(_name(base) in ("Struct", "NamedTuple") for base in node.bases)


def _name(node: ast.expr) -> str:
    match node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _is_keyword_only(node: ast.ClassDef) -> bool:
    calls = [item for item in node.decorator_list if isinstance(item, ast.Call)]
    settings = [*node.keywords, *(keyword for call in calls for keyword in call.keywords)]
    return any(item.arg == "kw_only" and isinstance(item.value, ast.Constant) and item.value.value for item in settings)


def _fields(node: ast.ClassDef) -> int:
    return sum(isinstance(item, ast.AnnAssign) and "ClassVar" not in ast.unparse(item.annotation) for item in node.body)


def decisions_on_prose() -> list[str]:
    """Comparisons with a sentence: ``==``, ``in``, ``startswith``, ``endswith`` or ``case`` with two words of small letters."""
    return [
        f"{module.path}:{node.lineno}" for module in modules() for node in module.nodes if any(map(is_prose, compared(node)))
    ]


def compared(node: ast.AST) -> Iterator[ast.AST]:
    """What ``node`` compares something with."""
    match node:
        case ast.Compare(left=left, comparators=others):
            yield from (item for side in (left, *others) for item in _members(side))
        case ast.Call(func=ast.Attribute(attr="startswith" | "endswith"), args=[given, *_]):
            yield from _members(given)
        case ast.MatchValue(value=value):
            yield value


def _members(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]


def is_prose(node: ast.AST) -> bool:
    """Whether ``node`` is a literal that is a sentence or a part of one."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    words = node.value.rstrip(".:;,").split(" ")
    return len(words) > 1 and sum(word.isalpha() and word.islower() for word in words) > 1


def scans_of_the_tree() -> list[str]:
    """Loops outside of ``filesystem/`` that go through all paths for those that begin in some way: ``below`` bisects."""
    return [
        f"{module.path}:{node.lineno}"
        for module in modules()
        if module.path.parts[0] != "filesystem"
        for node in module.nodes
        if isinstance(node, Loop) and is_scan(node)
    ]


def is_scan(loop: Loop) -> bool:
    """Whether a loop or comprehension over ``visible`` asks for a path's beginning."""
    parts = [loop] if isinstance(loop, ast.For) else loop.generators
    return any(_is_over_visible(part.iter) for part in parts) and any(map(_asks_for_a_beginning, ast.walk(loop)))


def _is_over_visible(iterated: ast.AST) -> bool:
    match iterated:
        case ast.Call(func=ast.Attribute(value=value, attr="items")):
            return _is_over_visible(value)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name == "visible"
    return False


def _asks_for_a_beginning(node: ast.AST) -> bool:
    """Whether a part of ``node`` is ``name.startswith(…)``; what ``not`` leaves out is no question of what lies below."""
    for item in ast.iter_child_nodes(node):
        match item:
            case ast.Call(func=ast.Attribute(value=ast.Name(), attr="startswith")):
                return not isinstance(node, ast.UnaryOp)
    return False


def report(room: str) -> Iterator[str]:
    """What the modules below ``room`` break, a line each; every module for ""."""
    mine = [item for item in functions() if item.where.startswith(room)]
    lines = sum(module.lines for module in modules() if str(module.path).startswith(room))
    yield f"{lines} lines, {len(mine)} functions, {statistics.mean(item.branches for item in mine):.2f} branches each"
    yield from map(
        str, sorted((item for item in mine if item.branches > 10 or item.parameters > 5), key=lambda item: -item.branches)
    )
    found = {
        "too long": long_modules(400),
        "more than five positional arguments": crowded_calls(5),
        "not kw_only": positional_structs(5),
        "no test file": untested_modules(100),
        "compares with a sentence": decisions_on_prose(),
        "scans the whole tree": scans_of_the_tree(),
    }
    yield from (f"{row}: {title}" for title, rows in found.items() for row in rows if row.startswith(room))


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report("".join(sys.argv[1:2])))
