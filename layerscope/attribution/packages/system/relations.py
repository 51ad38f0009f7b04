"""What the installed packages of a system ask of each other: Depends and Provides of dpkg, ``D:`` and ``p:`` of apk, rpm's
requirements.

Formats: deb-control(5), Debian Policy 7; apk-v2(5); rpm's manual, "Dependencies".
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain

from msgspec import Struct, field

from layerscope.attribution.packages.system import apk, dpkg, rpm
from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.filesystem.merged import Filesystem

_FIELD = expression(
    rb"^(Package|Status|Essential|Priority|Depends|Pre-Depends|Recommends|Provides):[ \t]*([^\n]*(?:\n[ \t][^\n]*)*)",
    re.MULTILINE,
)
_APK = expression(rb"^([PDp]):([^\n]*)", re.MULTILINE)
_NAME, _PROVIDES, _REQUIRES, _BASE_NAMES, _DIRECTORY_INDEXES, _DIRECTORY_NAMES = 1000, 1047, 1049, 1117, 1116, 1118
_VERSIONED = expression(r"[<>=~].*")

Alternatives = tuple[str, ...]
"""Names of which any one will do, the best first."""


class Relations(Struct, frozen=True, kw_only=True):
    """What one package asks for and offers. ``system`` is whether no system is without it (Essential, or of priority
    required)."""

    depends: tuple[Alternatives, ...] = ()
    recommends: tuple[Alternatives, ...] = ()
    provides: tuple[str, ...] = ()
    system: bool = False


class Graph(Struct, frozen=True):
    """The installed packages by their names, and who offers what is no package's name (``_offers``)."""

    packages: Mapping[str, Relations]
    _offers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, relations in self.packages.items():
            for offered in relations.provides:
                self._offers.setdefault(offered, name)

    def installed(self, name: str) -> str:
        """The installed package that a name stands for: itself, or one that provides it; "" where there is none."""
        return name if name in self.packages else self._offers.get(name, "")

    @property
    def system(self) -> list[str]:
        """The packages that no system is without."""
        return [name for name, relations in self.packages.items() if relations.system]

    def closure(self, names: Iterable[str], wanted: frozenset[str] = frozenset()) -> dict[str, str]:
        """The installed packages among the names and all that they depend on, each with the package that asks for it, "" for
        the names themselves. Of an alternative the first that is installed counts; of what is only recommended, the packages
        that are ``wanted``."""
        found: dict[str, str] = {}
        pending = deque((name, "") for name in map(self.installed, names) if name)
        while pending:
            name, asker = pending.popleft()
            if name in found:
                continue
            found[name] = asker
            pending.extend((asked, name) for asked in self._asked_by(name, wanted))
        return found

    def _asked_by(self, name: str, wanted: frozenset[str]) -> Iterator[str]:
        relations = self.packages[name]
        yield from filter(None, map(self._first, relations.depends))
        yield from filter(wanted.__contains__, map(self._first, relations.recommends))

    def _first(self, alternatives: Alternatives) -> str:
        """The first of the alternatives that is installed, "" for none."""
        return next(filter(None, map(self.installed, alternatives)), "")


def read_graph(filesystem: Filesystem) -> Graph:
    """What the packages of the final filesystem ask of each other, as far as the contents of their databases were kept."""
    found = dict(_of_dpkg(filesystem))
    for path in apk.DATABASES:
        found.update(_of_apk(_content(filesystem, path)))
    return Graph(found or dict(_of_rpm(filesystem)))


def _content(filesystem: Filesystem, path: bytes) -> bytes:
    entry = filesystem.resolve(path)
    return (filesystem.content(entry) if entry is not None else None) or b""


def _of_dpkg(filesystem: Filesystem) -> Iterator[tuple[str, Relations]]:
    """The packages of dpkg's status, and of a distroless system's ``status.d``."""
    single = filesystem.children(dpkg.STATUS_DIRECTORY[:-1])
    contents = (_content(filesystem, dpkg.STATUS_DIRECTORY + name) for name in single if b"." not in name)
    for control in (_content(filesystem, dpkg.STATUS), *contents):
        yield from filter(None, map(_stanza, control.split(b"\n\n")))


def _stanza(paragraph: bytes) -> tuple[str, Relations] | None:
    fields = {key: path_text(value) for key, value in _FIELD.findall(paragraph)}
    status = fields.get(b"Status", "installed")
    if b"Package" not in fields or not status.endswith("installed") or status.endswith("not-installed"):
        return None
    asked = ", ".join(filter(None, (fields.get(b"Pre-Depends"), fields.get(b"Depends"))))
    return fields[b"Package"], Relations(
        depends=_alternatives(asked),
        recommends=_alternatives(fields.get(b"Recommends", "")),
        provides=tuple(chain.from_iterable(_alternatives(fields.get(b"Provides", "")))),
        system=fields.get(b"Essential") == "yes" or fields.get(b"Priority") == "required",
    )


def _alternatives(text: str) -> tuple[Alternatives, ...]:
    """``libc6 (>= 2.36), default-mta | mail-transport-agent, python3:any`` without versions and architectures."""
    groups = (tuple(map(_plain, group.split("|"))) for group in text.split(",") if group.strip())
    return tuple(groups)


def _plain(text: str) -> str:
    return text.strip().partition(" ")[0].partition("(")[0].partition(":")[0]


def _of_apk(database: bytes) -> Iterator[tuple[str, Relations]]:
    """Each package of apk's database; what it must not be installed beside (``!name``) is passed over."""
    for record in database.split(b"\n\n"):
        fields = {key: path_text(value) for key, value in _APK.findall(record.partition(b"\nF:")[0])}
        if b"P" in fields:
            names = (_VERSIONED.sub("", word) for word in fields.get(b"D", "").split() if not word.startswith("!"))
            offers = (_VERSIONED.sub("", word) for word in fields.get(b"p", "").split())
            yield fields[b"P"], Relations(depends=tuple((name,) for name in names), provides=tuple(offers))


def _of_rpm(filesystem: Filesystem) -> Iterator[tuple[str, Relations]]:
    """Each package of rpm's database; a package offers its files as well, and some ask for them."""
    database = {path: content for path in rpm.FILES if (content := _content(filesystem, path))}
    for header in rpm.headers(database):
        directories = header.strings(_DIRECTORY_NAMES)
        places = zip(header.integers(_DIRECTORY_INDEXES), header.strings(_BASE_NAMES), strict=False)
        files = (directories[number] + name for number, name in places if number < len(directories))
        offers = (*header.strings(_PROVIDES), *files)
        asked = (path_text(name) for name in dict.fromkeys(header.strings(_REQUIRES)) if not name.startswith(b"rpmlib("))
        yield (
            path_text(header.string(_NAME)),
            Relations(depends=tuple((name,) for name in asked), provides=tuple(map(path_text, offers))),
        )
