"""What belongs into the builder itself, beside the boundary: each with its bytes, or with the reason."""

import re
from collections.abc import Iterable, Iterator

from layerscope.advice.dockerfile.write import size_text
from layerscope.attribution.model import Attribution
from layerscope.core.names import printable
from layerscope.core.vocabulary import Category, Ecosystem
from layerscope.filesystem.merged import Filesystem
from layerscope.history.history import History
from layerscope.history.instructions import Instruction
from layerscope.layers.index import Kind
from layerscope.needs.model import Runtime
from layerscope.sources.image import Config

_EVERYTHING = re.compile(r"\A(?:COPY|ADD)(?: --\S+)* (?:\.|\./|dir:\S+)(?: in)? ")
_INSTALLS = (
    (r"\bpip3? install\b.*-r\s*(\S+)", "{0}"),
    (r"\bnpm (?:ci|install|i)\b(?! \S*[@\w-])", "package.json and package-lock.json"),
    (r"\byarn(?: install)?(?:\s|$)", "package.json and yarn.lock"),
    (r"\bpnpm (?:install|i)\b", "package.json and pnpm-lock.yaml"),
    (r"\bgo mod download\b|\bgo build\b", "go.mod and go.sum"),
    (r"\bdotnet (?:restore|publish|build)\b", "the project files (*.csproj)"),
    (r"\bmvn\b", "pom.xml"),
    (r"\bgradlew?\b", "the build.gradle and settings.gradle files"),
    (r"\bcargo build\b", "Cargo.toml and Cargo.lock"),
    (r"\bbundle install\b", "Gemfile and Gemfile.lock"),
    (r"\bcomposer install\b", "composer.json and composer.lock"),
)
"""Commands that fetch dependencies, and the files that alone say which."""

_IGNORED = frozenset(
    b".git .hg .svn .venv venv __pycache__ .pytest_cache .mypy_cache .idea .vscode Dockerfile .dockerignore docker-compose.yml"
    b" compose.yaml .env .github coverage .DS_Store".split()
)
_CACHES = 1_000_000


def improvements(
    config: Config, history: History, filesystem: Filesystem, attribution: Attribution, runtime: Runtime
) -> tuple[str, ...]:
    """Sentences, the most bytes first, then what has reasons and no bytes."""
    own = tuple(item for item in history.instructions if item.index >= history.base_instructions)
    counted = sorted((*_caches(attribution), *_ignored(filesystem, own)), key=lambda found: -found[0])
    told = [f"{text} ({size_text(size)})" for size, text in counted]
    told += _ordering(own)
    if not config.user.strip() or config.user.partition(":")[0] in ("root", "0"):
        told.append(
            "The program runs as root: end with USER and a number (USER 65532:65532), and give it what it has to write to."
        )
    programs = (*runtime.programs, *runtime.checks)
    strippable = sum(program.strippable for program in programs if program.ecosystem in (Ecosystem.GO, Ecosystem.C))
    if strippable:
        told.append(f"Leave symbol tables and debug data out where the program is linked ({size_text(strippable)}).")
    return tuple(told)


def _caches(attribution: Attribution) -> Iterator[tuple[int, str]]:
    from layerscope.attribution.catalogue import rule

    sizes: dict[str, int] = {}
    for row in attribution.sizes:
        component = attribution.components[row.component]
        if component.rule and component.category in (Category.CACHE, Category.DEV_DEPENDENCY):
            sizes[component.rule] = sizes.get(component.rule, 0) + row.stored
    for identity, size in sizes.items():
        found = rule(identity)
        if found is not None and found.remedy and size >= _CACHES:
            yield size, f"{found.component or found.name}: {found.remedy}"


def _ignored(filesystem: Filesystem, own: tuple[Instruction, ...]) -> Iterator[tuple[int, str]]:
    """What COPY brought of a directory that no program reads, by the names that a .dockerignore should have."""
    copied = {item.layer for item in own if item.keyword in ("COPY", "ADD") and _EVERYTHING.match(item.text)}
    sizes: dict[bytes, int] = {}
    for layer in copied:
        if layer is None:
            continue
        index = filesystem.indexes[layer]
        for path, size, kind in zip(index.paths, index.sizes, index.kinds, strict=True):
            if kind == Kind.REGULAR:
                name = next((part for part in path.split(b"/") if part in _IGNORED), None)
                if name is not None:
                    sizes[name] = sizes.get(name, 0) + size
    if sizes:
        names = ", ".join(printable(name) for name in sorted(sizes, key=lambda name: -sizes[name]))
        yield sum(sizes.values()), f"Name in .dockerignore what the build does not need: {names}"


def _ordering(own: Iterable[Instruction]) -> Iterator[str]:
    """A COPY of everything in front of the command that fetches dependencies: every change of a source fetches them again."""
    everything = None
    for item in own:
        if item.keyword in ("COPY", "ADD") and _EVERYTHING.match(item.text):
            everything = item
        elif item.keyword == "RUN" and everything is not None:
            for pattern, files in _INSTALLS:
                if found := re.search(pattern, item.text):
                    what = files.format(*found.groups()) if found.groups() else files
                    yield (
                        f"Copy {printable(what)} and fetch the dependencies in front of `{everything.text[:80]}`:"
                        " until then, every change of a source fetches them again."
                    )
                    return
