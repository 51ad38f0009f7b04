"""What a reader must know of a pair: first what is odd about it; then what a change of base brings that is not bytes."""

import re
from collections.abc import Iterable, Iterator

from packaging.version import InvalidVersion, Version

from layerscope.analysis import Analysis
from layerscope.comparison.model import ComponentGap, Note
from layerscope.core.expressions import expression
from layerscope.core.names import absolute, printable
from layerscope.core.vocabulary import Category, Ecosystem, Linkage
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind

_LOADERS = (
    ("musl", expression(rb"(?:usr/)?lib(?:64)?/ld-musl-[^/]+\.so\.1")),
    ("glibc", expression(rb"(?:usr/)?lib(?:32|64|x32)?/(?:[^/]+-linux-[^/]+/)?(?:ld-linux[^/]*|ld64|ld)\.so\.[12]")),
)
"""Where the dynamic loader of each libc is asked for by programs."""

_LIBRARY = expression(rb"(?:.*/)?(lib[^/]*?\.so)\.(\d+)((?:\.\d+)*)")
_UPSTREAM = expression(r"(?:\d+:)?(\d+(?:\.\d+)*)")
_LIBRARIES_SHOWN = 8


def notices_of(fat: Analysis, lean: Analysis) -> tuple[str, ...]:
    """One line each, with what to try: the same image twice, the wrong order, different platforms, unreadable parts."""
    is_same = _same_image(fat, lean)
    is_demo = "demo" in (fat.image.source, lean.image.source)
    is_smaller = not is_same and fat.sizes.stored < lean.sizes.stored
    one, other = fat.image.config.platform, lean.image.config.platform
    lines = {
        "both references name the same image: give two different ones": is_same,
        "the first image is the smaller one: give the fat image first, then the lean one": is_smaller,
        f"the images are for different platforms, {printable(f'{one} and {other}')}: choose one with --platform": one != other,
        _unreadable("first", fat): fat.problems,
        _unreadable("second", lean): lean.problems,
        "the demo has no real file contents: files of equal size are taken to be the same": is_demo,
    }
    return tuple(line for line, is_so in lines.items() if is_so)


def _unreadable(which: str, side: Analysis) -> str:
    parts = "a part" if len(side.problems) == 1 else f"{len(side.problems)} parts"
    return f"{parts} of the {which} image could not be read: its numbers are too small"


def _same_image(fat: Analysis, lean: Analysis) -> bool:
    """Whether both are one image: the same configuration on the same layers."""
    one, other = fat.image, lean.image
    if one.config_digest and other.config_digest:
        return one.config_digest == other.config_digest
    return one.config == other.config and bool(one.layers) and _diff_ids(fat) == _diff_ids(lean)


def _diff_ids(analysis: Analysis) -> list[str]:
    return [layer.diff_id for layer in analysis.image.layers]


def notes_of(fat: Analysis, lean: Analysis, components: Iterable[ComponentGap]) -> tuple[Note, ...]:
    """Only what is known for certain of both images; ``components`` are theirs, aligned."""
    bases = _libc(fat, lean), _libraries(fat.filesystem, lean.filesystem)
    return tuple(note for note in (*bases, *_interpreters(components), _compiler(fat, lean)) if note is not None)


def _libc(fat: Analysis, lean: Analysis) -> Note | None:
    one, other = _libcs(fat), _libcs(lean)
    if not one or one == other:
        return None
    if not other:
        return Note("libc", f"{_names(one)} in fat, none in lean: only programs that are linked statically start there")
    text = f"{_names(one)} in fat, {_names(other)} in lean"
    if one.keys().isdisjoint(other):
        text += ": what is linked with the one does not start with the other"
    elif _older(other.get("glibc", ""), fat.runtime.glibc):
        text += f": the program of fat asks for GLIBC_{fat.runtime.glibc}, which lean does not have"
    return Note("libc", text + _static_programs(lean))


def _static_programs(lean: Analysis) -> str:
    """What to add where all programs of an image are linked statically."""
    programs = lean.runtime.programs
    if not programs or any(program.linkage != Linkage.STATIC for program in programs):
        return ""
    return f"; {absolute(programs[-1].path)} is linked statically, and needs none"


def _libcs(analysis: Analysis) -> dict[str, str]:
    """The C libraries whose dynamic loader is where programs ask for it, each with its version, "" where that is unknown."""
    filesystem, attribution = analysis.filesystem, analysis.attribution
    found: dict[str, str] = {}
    for name, path in _loaders(filesystem):
        if (entry := filesystem.resolve(path)) is not None:
            owner = attribution.component_of(filesystem.holder(entry))
            found[name] = _upstream(owner.version if owner.package else "") or found.get(name, "")
    return dict(sorted(found.items()))


def _loaders(filesystem: Filesystem) -> Iterator[tuple[str, bytes]]:
    for path in filesystem.visible:
        yield from ((name, path) for name, places in _LOADERS if places.fullmatch(path))


def _names(libcs: dict[str, str]) -> str:
    return " and ".join(f"{name} {version}".strip() for name, version in libcs.items())


def _upstream(version: str) -> str:
    """The upstream's version out of a package's: ``2.36`` of ``2.36-9+deb12u14``."""
    matched = _UPSTREAM.match(version)
    return matched[1] if matched else ""


def _older(version: str, asked: str) -> bool:
    """Whether a version is known to be older than what is asked for."""
    try:
        return Version(version) < Version(asked)
    except InvalidVersion:
        return False


def _libraries(fat: Filesystem, lean: Filesystem) -> Note | None:
    """Libraries that both have, with no major version in common: what was linked with the one asks for a name that is gone."""
    one, other = _majors(fat), _majors(lean)
    changed = [stem for stem in sorted(one.keys() & other.keys()) if one[stem].keys().isdisjoint(other[stem])]
    if not changed:
        return None
    shown = [f"{_shortest(one[stem])} → {_shortest(other[stem])}" for stem in changed[:_LIBRARIES_SHOWN]]
    more = f" and {len(changed) - _LIBRARIES_SHOWN} more" if len(changed) > _LIBRARIES_SHOWN else ""
    return Note("library ABI", f"{', '.join(shown)}{more}: what was linked with the one does not find the other")


def _majors(filesystem: Filesystem) -> dict[bytes, dict[bytes, bytes]]:
    """Versioned libraries by their name without the version, and each major version's shortest name."""
    found: dict[bytes, dict[bytes, bytes]] = {}
    for matched in _versioned(filesystem):
        stem, major, minor = matched.groups()
        name, majors = stem + b"." + major + minor, found.setdefault(stem, {})
        majors[major] = min(majors.get(major, name), name, key=len)
    return found


def _versioned(filesystem: Filesystem) -> Iterator[re.Match[bytes]]:
    """The paths that are called like a versioned library, as :data:`_LIBRARY` matches them."""
    for path, entry in filesystem.visible.items():
        if b".so." in path and filesystem.kinds[entry] != Kind.DIRECTORY and (matched := _LIBRARY.fullmatch(path)):
            yield matched


def _shortest(majors: dict[bytes, bytes]) -> str:
    return " and ".join(printable(majors[major]) for major in sorted(majors, key=lambda digits: (len(digits), digits)))


def _interpreters(components: Iterable[ComponentGap]) -> list[Note]:
    """Interpreters and virtual machines that both images have in other versions."""
    return [
        Note(printable(row.name), f"{printable(row.fat_version)} in fat, {printable(row.lean_version)} in lean")
        for row in components
        if row.category == Category.RUNTIME and row.fat_version and row.lean_version and row.fat_version != row.lean_version
    ]


def _compiler(fat: Analysis, lean: Analysis) -> Note | None:
    """Another compiler of a Go program, which tells its version."""
    one, other = _go_versions(fat), _go_versions(lean)
    if not len(one) == len(other) == 1 or one == other or not all(one | other):
        return None
    return Note("Go", f"the program was built with {printable(*one)} in fat, with {printable(*other)} in lean")


def _go_versions(analysis: Analysis) -> set[str]:
    return {program.version for program in analysis.runtime.programs if program.ecosystem == Ecosystem.GO}
