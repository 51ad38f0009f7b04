"""What a Python source file imports, and what else it names.

The application's own files are parsed. Those of installed distributions, of which there are many, are searched line by line,
which tells imports apart that run when the module is loaded from those inside of functions.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct, field

from layerscope.core.names import path_text

_MODULE = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*\Z")
_LIBRARY_CALLS = frozenset(("CDLL", "PyDLL", "LoadLibrary", "find_library", "dlopen"))
_PROGRAM_CALLS = frozenset(("run", "Popen", "call", "check_call", "check_output", "create_subprocess_exec"))
_SHELL_CALLS = frozenset(("system", "popen", "getoutput", "getstatusoutput", "create_subprocess_shell"))
_IMPORT_CALLS = frozenset(("import_module", "__import__"))
_LONGEST_STRING = 200
_STATEMENTS = re.compile(
    rb"\n([ \t]*)(?:from[ \t]+(\.*[\w.]*)[ \t]+import[ \t]*(\([^)]*\)|[^\n#;]*)|import[ \t]+([^\n#;]+)"
    rb"|(?:async[ \t]+)?(def)\b|(if[ \t]+(?:\w+\.)?TYPE_CHECKING\b)"
    rb"|(?:class|try|if|elif|else|except|finally|with|for|while)\b)",
)
_CALLS = re.compile(rb"\b(?:import_module|__import__)\(\s*(?:f?[\"']([\w.]+)[\"']\s*[,)])?")
_LIBRARIES = re.compile(rb"\b(?:CDLL|LoadLibrary|find_library|dlopen)\(\s*[\"']([\w.+/-]+)[\"']")


class Imported(NamedTuple):
    """One import: ``level`` dots, ``module``, the ``names`` taken from it (which may be modules), whether the import runs only
    when a function is called (``lazy``), and whether it may fail (``tried``)."""

    module: str
    names: tuple[str, ...] = ()
    level: int = 0
    lazy: bool = False
    tried: bool = False


class Source(Struct, kw_only=True):
    """What one file says. ``dynamic`` is whether it imports modules by names that it computes; ``strings`` are literals that
    may be names of modules; ``libraries`` are loaded by ctypes; ``programs`` are command lines, as words, that it starts."""

    imports: list[Imported] = field(default_factory=list)
    dynamic: bool = False
    strings: list[str] = field(default_factory=list)
    libraries: list[str] = field(default_factory=list)
    programs: list[tuple[str, ...]] = field(default_factory=list)
    lists_applications: bool = False


def parse(content: bytes) -> Source:
    """What a file of the application says; of a file with syntax errors, what its lines say."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return scan(content)
    source = Source()
    may_fail = {id(inner) for node in ast.walk(tree) if _may_fail(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        tried = id(node) in may_fail
        if isinstance(node, ast.Import):
            source.imports += [Imported(alias.name, tried=tried) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            source.imports.append(Imported(node.module or "", names, node.level, tried=tried))
        elif isinstance(node, ast.Call):
            _call(source, node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            source.strings += _module_names(node.value)
        elif isinstance(node, ast.Name) and node.id == "INSTALLED_APPS":
            source.lists_applications = True
    return source


def _may_fail(node: ast.AST) -> bool:
    """Whether imports inside of a statement are not expected to be there: ``try``, ``if TYPE_CHECKING``."""
    return isinstance(node, ast.Try | ast.TryStar | ast.If)


def _module_names(text: str) -> Iterator[str]:
    name = text.partition(":")[0] if len(text) <= _LONGEST_STRING else ""
    if _MODULE.match(name):
        yield name


def _call(source: Source, node: ast.Call) -> None:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else function.id if isinstance(function, ast.Name) else ""
    owner = function.value.id if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) else ""
    first = _literal(node.args[0]) if node.args else None
    if name in _IMPORT_CALLS:
        _import_call(source, first)
    elif name in _LIBRARY_CALLS and isinstance(first, str):
        source.libraries.append(first)
    elif (name in _PROGRAM_CALLS and owner in ("subprocess", "asyncio", "")) or (name in _SHELL_CALLS and owner != "platform"):
        words = (first,) if isinstance(first, str) else first
        if words and isinstance(words, tuple):
            source.programs.append(tuple(words[0].split()) if len(words) == 1 else words)


def _import_call(source: Source, name: str | tuple[str, ...] | None) -> None:
    if isinstance(name, str) and name.strip("."):
        source.imports.append(Imported(name.lstrip("."), (), len(name) - len(name.lstrip("."))))
    elif name is None:
        source.dynamic = True


def _literal(node: ast.expr) -> str | tuple[str, ...] | None:
    """A string, or a list of which at least the first words are strings."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.List | ast.Tuple):
        words = [item.value for item in node.elts if isinstance(item, ast.Constant) and isinstance(item.value, str)]
        first = node.elts[0] if node.elts else None
        return tuple(words) if isinstance(first, ast.Constant) and words else None
    return None


def scan(content: bytes) -> Source:
    """What a file of an installed distribution says, by its lines."""
    source = Source()
    function: int | None = None
    typing: int | None = None
    for match in _STATEMENTS.finditer(b"\n" + content):
        indent, origin, names, modules, definition, checking = match.groups()
        depth = len(indent)
        if function is not None and depth <= function:
            function = None
        if typing is not None and depth <= typing:
            typing = None
        if definition:
            function = depth if function is None else function
        elif checking:
            typing = depth if typing is None else typing
        elif typing is None and (origin is not None or modules):
            source.imports += _found(origin, names, modules, function is not None)
    computes = b"import_module(" in content or b"__import__(" in content
    for call in _CALLS.finditer(content) if computes else ():
        if call[1]:
            _import_call(source, path_text(call[1]))
        else:
            source.dynamic = True
    if any(call in content for call in (b"CDLL(", b"LoadLibrary(", b"find_library(", b"dlopen(")):
        source.libraries = [path_text(name) for name in _LIBRARIES.findall(content)]
    return source


def _found(origin: bytes | None, names: bytes | None, modules: bytes | None, lazy: bool) -> Iterator[Imported]:
    if origin is None:
        for part in (modules or b"").split(b","):
            if words := part.split():
                yield Imported(path_text(words[0]), (), 0, lazy)
        return
    wanted = re.sub(rb"#[^\n]*|[()\\]", b"", names or b"").split(b",")
    module = origin.lstrip(b".")
    first = (words[0] for part in wanted if (words := part.split()))
    yield Imported(path_text(module), tuple(path_text(name) for name in first), len(origin) - len(module), lazy)
