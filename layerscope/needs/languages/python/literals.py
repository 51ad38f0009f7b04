"""What the literals of a source of the application name besides modules: programs that it may start, and paths.

A word counts as a program's where code puts what it starts: an argument of a function of the file's own, the first item of a
list, the items that a loop goes through, a constant, a default, a value of a table.
"""

import ast
from collections.abc import Iterable, Iterator
from itertools import chain

from msgspec import Struct, field

from layerscope.core.expressions import expression
from layerscope.needs.named.programs import words_of_line

_STARTERS = frozenset(("subprocess", "pexpect", "plumbum", "sh", "invoke", "fabric", "delegator", "ptyprocess"))
_STARTING = frozenset(
    (
        "system",
        "popen",
        "which",
        "find_executable",
        "getoutput",
        "getstatusoutput",
        "create_subprocess_exec",
        "create_subprocess_shell",
    )
)
_SPAWNING = expression(r"(?:exec|spawn|posix_spawn)[lv]?p?e?\Z|posix_spawnp?\Z")
_STARTED = frozenset(("run", "Popen", "call", "check_call", "check_output", *_STARTING))
_DEFAULTS = frozenset(("get", "getenv", "setdefault", "getattr", "config"))
_NAMED = frozenset(("args", "executable", "cmd", "command", "program", "binary", "path", "exe"))
_PATH = expression(r"(?:/|~/)[^\n\0]{1,1000}\Z")
_LONGEST_LINE = 4096


class Literals(Struct):
    """``words`` may be names of programs that the image has or not, ``paths`` begin with ``/`` or ``~/``."""

    words: dict[str, None] = field(default_factory=dict)
    paths: dict[str, None] = field(default_factory=dict)


def read_literals(nodes: list[ast.AST]) -> Literals:
    """What the nodes of a file name."""
    found = Literals()
    found.paths = dict.fromkeys(filter(_PATH.match, _beginnings(nodes)))
    if any(map(_starts, nodes)):
        own = frozenset(chain(_STARTED, _own_names(nodes)))
        for text in chain.from_iterable(_starting_texts(node, own) for node in nodes):
            found.words |= dict.fromkeys([text] if " " not in text else words_of_line(text[:_LONGEST_LINE]))
    return found


def _beginnings(nodes: list[ast.AST]) -> Iterator[str]:
    """The strings with which texts begin: not what is put behind others."""
    behind = {id(part) for node in nodes for part in _parts_behind(node)}
    return (text for node in nodes if id(node) not in behind for text in _text(node))


def _parts_behind(node: ast.AST) -> Iterable[ast.AST]:
    match node:
        case ast.JoinedStr(values=[_, *rest]):
            return rest
        case ast.BinOp(op=ast.Add(), right=right):
            return (right,)
    return ()


def _text(node: ast.AST | None) -> list[str]:
    """The text of a literal, of its known beginning where the rest is made."""
    match node:
        case ast.Constant(value=str() as text) if text:
            return [text]
        case ast.JoinedStr(values=[ast.Constant(value=str() as text), *_]):
            return [text]
        case ast.BinOp(op=ast.Add() | ast.Mod(), left=left):
            return _text(left)
    return []


def _starts(node: ast.AST) -> bool:
    """Whether a statement shows that the file starts programs."""
    match node:
        case ast.Import(names=names):
            return any(name.name.partition(".")[0] in _STARTERS for name in names)
        case ast.ImportFrom(module=str() as module):
            return module.partition(".")[0] in _STARTERS
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name in _STARTING or (name.startswith(("exec", "spawn", "posix_")) and _SPAWNING.match(name) is not None)
    return False


def _own_names(nodes: list[ast.AST]) -> Iterator[str]:
    """The names of functions that the file defines or takes from others."""
    for node in nodes:
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.ImportFrom(names=names):
                yield from (alias.asname or alias.name for alias in names)


def _starting_texts(node: ast.AST, own: frozenset[str]) -> list[str]:
    """The texts of a node that stand where programs are named."""
    match node:
        case ast.Call():
            return _texts(_of_call(node, own))
        case ast.List(elts=[first, *_]) | ast.Tuple(elts=[first, *_]):
            return _texts([first])
        case ast.For(iter=items) | ast.AsyncFor(iter=items) | ast.comprehension(iter=items):
            return _texts(getattr(items, "elts", ()))
        case ast.Dict(values=values):
            return _texts(values)
        case ast.BoolOp(values=values):
            return _texts(values[1:])
        case ast.IfExp(body=body, orelse=other):
            return _texts((body, other))
        case ast.arguments(defaults=defaults, kw_defaults=others):
            return _texts((*defaults, *others))
    return _texts([node.value]) if isinstance(node, ast.Assign | ast.AnnAssign | ast.Return) else []


def _texts(nodes: Iterable[ast.AST | None]) -> list[str]:
    return list(chain.from_iterable(map(_text, nodes)))


def _of_call(call: ast.Call, own: frozenset[str]) -> Iterator[ast.expr]:
    """The arguments of a call that may name a program."""
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    if name in _DEFAULTS:
        yield from call.args[1:]
    elif name in own or _SPAWNING.match(name):
        yield from call.args[:2]
    yield from (keyword.value for keyword in call.keywords if keyword.arg in _NAMED)
