"""What a Python source file imports, and what else it names.

The application's own files are parsed. Those of installed distributions, of which there are many, are searched line by line,
which distinguishes imports that run when the module is loaded from those inside functions.
"""

import ast
import re
import sys
import warnings
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from msgspec import Struct, field

from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.needs.languages.python.literals import Literals, read_literals

_NAME = expression(r"(?!.{201})([A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*)(?::|\Z)", re.DOTALL)
"""A dotted name, perhaps with an attribute behind it; longer strings are none."""
_LIBRARY = expression(r"lib[\w.+-]{1,80}\.so(?:\.\d+){0,3}\Z")
_LIBRARY_CALLS = frozenset(("CDLL", "PyDLL", "LoadLibrary", "find_library", "dlopen"))
_PROGRAM_CALLS = frozenset(("run", "Popen", "call", "check_call", "check_output", "create_subprocess_exec"))
_PROGRAM_OWNERS = ("subprocess", "asyncio", "")
_SHELL_CALLS = frozenset(("system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell"))
_IMPORT_CALLS = frozenset(("import_module", "__import__"))
_MAY_FAIL = (ast.Try, ast.TryStar, ast.If)
"""Statements inside which imports need not be there: ``try``, ``if TYPE_CHECKING``."""
_OUTSIDE = sys.maxsize
"""The indentation of a block that a line lies in, when it lies in none."""
_STATEMENTS = expression(
    rb"\n([ \t]*)(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#;]*)|import[ \t]+([^\n#;]+)"
    rb"|(?:async[ \t]+)?(def)\b|(if[ \t]+(?:\w+\.)?TYPE_CHECKING\b)"
    rb"|(?:class|try|if|elif|else|except|finally|with|for|while)\b)",
)
_OUTERMOST = expression(rb"\n(?:from|import|async|def|class|try|if|elif|else|except|finally|with|for|while)\b")
"""A statement of the module itself: whatever block was open ends in front of it."""
_INNER_IMPORT = expression(rb"\n[ \t]+(?:from|import)[ \t]")
_IMPORTS = (b"from", b"import")
_NO_NAMES = expression(rb"#[^\n]*|[()\\]")
_CALLS = expression(rb"\b(?:import_module|__import__)\(\s*(?:f?[\"']([\w.]+)[\"']\s*[,)])?")
_LIBRARIES = expression(rb"(?:CDLL|PyDLL|LoadLibrary|find_library|dlopen)\(\s*(?:\w+\s*,\s*)?[\"']([\w.+/-]+)[\"']")
_SONAME_ENDS = expression(rb"\.so(?:\.\d+){0,3}[\"']")
_SONAME = expression(rb"[\"'](lib[\w.+-]{1,80})[\"']\Z")
_LONGEST_SONAME = 90


_IMPORTERS = (b"import_module(", b"__import__(")
_LOADERS = (b"DLL(", b"LoadLibrary(", b"find_library(", b"dlopen(")


class Imported(NamedTuple):
    """One import: ``level`` dots, ``module``, the ``names`` taken from it (which may be modules), whether the import runs only
    when a function is called (``lazy``), and whether it may fail (``tried``)."""

    module: str
    names: tuple[str, ...] = ()
    level: int = 0
    lazy: bool = False
    tried: bool = False

    def base(self, package: str) -> str:
        """The absolute name of the module, imported from inside a package; "" where the dots lead out of it."""
        if not self.level:
            return self.module
        above = package.rsplit(".", self.level - 1)[0] if package.count(".") >= self.level - 1 else ""
        return f"{above}.{self.module}".rstrip(".") if above else ""


class Source(Struct, kw_only=True):
    """What one file says. ``dynamic`` is whether it imports modules by names that it computes; ``strings`` are literals that
    may be names of modules; ``libraries`` are loaded by ctypes; ``programs`` are command lines, as words, that it starts;
    ``literals`` are other words and paths of a source of the application."""

    imports: list[Imported] = field(default_factory=list)
    dynamic: bool = False
    strings: list[str] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    programs: list[tuple[str, ...]] = field(default_factory=list)
    literals: Literals = field(default_factory=Literals)
    lists_applications: bool = False

    def add_import(self, name: str | tuple[str, ...] | None) -> None:
        """Adds a call that imports the module of a literal name, relative with dots in front; None for a computed one."""
        if name is None:
            self.dynamic = True
        elif isinstance(name, str) and name.strip("."):
            module = name.lstrip(".")
            self.imports.append(Imported(module, (), len(name) - len(module)))


def parse(content: bytes) -> Source:
    """What a file of the application says; of a file with syntax errors, what its lines say."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            nodes = list(ast.walk(ast.parse(content)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return scan(content)
    source = Source(literals=read_literals(nodes))
    may_fail = _inside_of(nodes, _MAY_FAIL)
    for node in nodes:
        _read_node(source, node, tried=id(node) in may_fail)
    return source


def _inside_of(nodes: list[ast.AST], kinds: tuple[type[ast.AST], ...]) -> set[int]:
    """The identities of the nodes that lie in one of these kinds."""
    return {id(inner) for node in nodes if isinstance(node, kinds) for inner in ast.walk(node)}


def _read_node(source: Source, node: ast.AST, tried: bool) -> None:
    match node:
        case ast.Import(names=names):
            source.imports += [Imported(name, tried=tried) for name in _names_of(names)]
        case ast.ImportFrom(module=module, names=names, level=level):
            source.imports.append(Imported(module or "", _names_of(names), level, tried=tried))
        case ast.Call(func=function, args=arguments):
            _read_call(source, function, _literal(arguments))
        case ast.Constant(value=str() as text):
            _read_string(source, text)
        case ast.Name(id="INSTALLED_APPS"):
            source.lists_applications = True


def _read_string(source: Source, text: str) -> None:
    if match := _NAME.match(text):
        source.strings.append(match[1])
    if _LIBRARY.match(text):
        source.libraries.append(text)


def _names_of(aliases: list[ast.alias]) -> tuple[str, ...]:
    return tuple(alias.name for alias in aliases)


def _read_call(source: Source, function: ast.expr, first: str | tuple[str, ...] | None) -> None:
    """Reads a call by its first argument: an import, a library that ctypes loads, or a program that is started."""
    owner, name = _callee(function)
    if name in _IMPORT_CALLS:
        source.add_import(first)
    elif name in _LIBRARY_CALLS and isinstance(first, str):
        source.libraries.append(first)
    elif first and _starts_program(owner, name):
        source.programs.append(_command_words(first))


def _command_words(first: str | tuple[str, ...]) -> tuple[str, ...]:
    """The words of a command line: a list of them, or one text."""
    words = (first,) if isinstance(first, str) else first
    return words if len(words) > 1 else tuple(words[0].split())


def _starts_program(owner: str, name: str) -> bool:
    return (owner in _PROGRAM_OWNERS and name in _PROGRAM_CALLS) or (owner != "platform" and name in _SHELL_CALLS)


def _callee(function: ast.expr) -> tuple[str, str]:
    """The name of a function that is called, and of what it is an attribute of."""
    match function:
        case ast.Attribute(value=ast.Name(id=owner), attr=name):
            return owner, name
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return "", name
    return "", ""


def _literal(arguments: list[ast.expr]) -> str | tuple[str, ...] | None:
    """The first argument: a string, or a list of which at least the first item is a literal: its strings."""
    match arguments:
        case [ast.Constant(value=str() as text), *_]:
            return text
        case [ast.List(elts=[ast.Constant(), *_] as items) | ast.Tuple(elts=[ast.Constant(), *_] as items), *_]:
            return _strings(items) or None
    return None


def _strings(items: list[ast.expr]) -> tuple[str, ...]:
    return tuple(item.value for item in items if isinstance(item, ast.Constant) and isinstance(item.value, str))


def scan(content: bytes) -> Source:
    """What a file of an installed distribution says, by its lines."""
    source = Source()
    text = b"\n" + content
    for statements in _parts_with_imports(text):
        source.imports += _imports_in(statements)
    _scan_calls(source, content)
    return source


def _parts_with_imports(text: bytes) -> Iterator[Iterable[re.Match[bytes]]]:
    """The statements of those parts of a file, from one statement of the module itself to the next, that import anything. The
    others, most of a file, have nothing to say."""
    begins = [match.start() for match in _OUTERMOST.finditer(text)]
    inner = iter([*(match.start() for match in _INNER_IMPORT.finditer(text)), len(text)])
    at = next(inner)
    for begin, end in pairwise((*begins, len(text))):
        if at < begin:
            at = next(position for position in inner if position >= begin)
        if at < end:
            yield _STATEMENTS.finditer(text, begin, end)
        elif text.startswith(_IMPORTS, begin + 1):
            yield filter(None, (_STATEMENTS.match(text, begin),))


def _imports_in(statements: Iterable[re.Match[bytes]]) -> Iterator[Imported]:
    """The imports among the statements of a part of a file, but for those of type checkers alone."""
    function = typing = _OUTSIDE
    for match in statements:
        indent, origin, names, modules, definition, checking = match.groups(b"")
        depth = len(indent)
        function = _block(function, depth, bool(definition))
        typing = _block(typing, depth, bool(checking))
        if typing == _OUTSIDE and (origin or modules):
            yield from _read_import(origin, names, modules, lazy=function != _OUTSIDE)


def _block(block: int, depth: int, begins: bool) -> int:
    """The indentation of the block around the next lines, of those of a kind: of ``block`` still, or one that begins here."""
    if depth > block:
        return block
    return depth if begins else _OUTSIDE


def _scan_calls(source: Source, content: bytes) -> None:
    """Calls that import modules and load libraries; most files have none."""
    for call in _CALLS.finditer(content) if any(map(content.__contains__, _IMPORTERS)) else ():
        source.add_import(path_text(call[1]) if call[1] else None)
    if any(map(content.__contains__, _LOADERS)):
        source.libraries = list(map(path_text, _LIBRARIES.findall(content)))
    if b".so" in content:
        source.libraries = list(dict.fromkeys((*source.libraries, *map(path_text, _sonames(content)))))


def _sonames(content: bytes) -> Iterator[bytes]:
    """The literals that are names of shared libraries (``"libsndfile.so.1"``), whatever loads them."""
    for end in _SONAME_ENDS.finditer(content):
        if found := _SONAME.search(content, max(0, end.start() - _LONGEST_SONAME), end.end()):
            yield found[1]


def _read_import(origin: bytes, names: bytes, modules: bytes, lazy: bool) -> Iterator[Imported]:
    """The imports of a statement: ``from origin import names``, else ``import modules``."""
    if not origin:
        yield from (Imported(path_text(name), (), 0, lazy) for name in _first_words(modules))
        return
    module = origin.lstrip(b".")
    wanted = tuple(map(path_text, _first_words(_NO_NAMES.sub(b"", names))))
    yield Imported(path_text(module), wanted, len(origin) - len(module), lazy)


def _first_words(listed: bytes) -> Iterator[bytes]:
    """The names between commas, without what they are called by (``as``)."""
    return (words[0] for part in listed.split(b",") if (words := part.split()))
