"""What an ELF program is, and what it needs in addition to its libraries: name services, locales, time zones, certificates."""

import re
from collections.abc import Iterator
from itertools import chain

from layerscope.core.expressions import expression
from layerscope.core.names import path_bytes, path_text
from layerscope.core.vocabulary import Ecosystem, Linkage, Role
from layerscope.layers.elf import ElfFacts
from layerscope.needs.ledger import Ledger
from layerscope.needs.linker import Loader, linkage
from layerscope.needs.model import Link, Program
from layerscope.needs.symbols import bytes_to_lose, seal_of
from layerscope.needs.system.files import take_certificates
from layerscope.start.programs import knowledge

_GLIBC = expression(r"GLIBC_(\d+(?:\.\d+)+)\Z")
_OLD_GLIBC = expression(rb"/libc-2\.\d+\.so$")
_NSS_SERVICE = expression(rb"[a-z_0-9]+")
_NSS_NO_SERVICE = expression(rb"#.*|^[^:#\n]*:?|\[[^\]\n]*\]", re.MULTILINE)
_BUILT_IN_SERVICES = (b"files", b"dns", b"db", b"compat")
_LOCALE_VARIABLES = ("LC_ALL", "LC_CTYPE", "LC_COLLATE", "LC_MESSAGES", "LC_NUMERIC", "LC_TIME", "LANG")
_PLAIN = "C.UTF-8"
"""What is chosen in the place of a locale that the image sets."""
_OWN_LOCALES = (Ecosystem.SHELL, Ecosystem.PYTHON, Ecosystem.NODE)
"""Ecosystems that need no locale of the system, or see to it themselves."""
_STRIPPED = (Ecosystem.GO, Ecosystem.C)
"""Ecosystems whose programs are what somebody built, and may be built without symbols; an interpreter crosses as it is."""
_TLS_LIBRARIES = (b"libssl.so", b"libgnutls.so", b"libcurl.so", b"libnss3.so", b"libmbedtls.so")
_LIBC_LIBRARIES = ("libc.so", "ld-linux", "libm.so", "libpthread.so", "libresolv.so", "librt.so", "libdl.so")
_LOADED = (Role.PROGRAM, Role.LIBRARY, Role.INTERPRETER, Role.HEALTHCHECK)
_UTC = (b"UTC", b"UCT", b"Universal", b"Zulu", b"GMT")
_LARGEST_CONFIGURATION = 65536


def elf_needs(ledger: Ledger, entry: int, facts: ElfFacts, environment: dict[str, str]) -> Program:
    """Takes the libraries and system files of the ELF program at ``entry`` as needed."""
    path = ledger.filesystem.paths[entry]
    kind = linkage(facts)
    ecosystem = Ecosystem.GO if facts.go_version else knowledge().ecosystem_of(path_text(path)) or Ecosystem.C
    if kind != Linkage.STATIC:
        ledger.linked[path] = kind
        loader = Loader(ledger, kind, facts.machine, environment)
        loaded = loader.load(entry)
        _take_preloaded(ledger, entry, loader, environment)
        if kind == Linkage.GLIBC:
            _take_glibc_files(ledger, entry, loader, ecosystem, environment)
        _take_authorities(ledger, loaded)
    _take_zone(ledger, entry, environment)
    return Program(
        path=path,
        entry=entry,
        ecosystem=ecosystem,
        linkage=kind,
        version=facts.go_version.removeprefix("go"),
        strippable=bytes_to_lose(ledger, entry, facts) if ecosystem in _STRIPPED else 0,
        mentions=facts.mentions,
        c_callers=facts.c_callers,
        modules=facts.modules,
        sealed=_take_seal(ledger, entry),
    )


def _take_seal(ledger: Ledger, entry: int) -> bool:
    """Takes what says which bytes a program must have; whether there is such a file."""
    seal = seal_of(ledger, entry)
    return seal is not None and ledger.ask(seal, Role.DATA, ledger.proof(entry, "says which bytes are those of")) is not None


def _take_glibc_files(ledger: Ledger, entry: int, loader: Loader, ecosystem: Ecosystem, environment: dict[str, str]) -> None:
    """What glibc opens itself for a program of an ecosystem."""
    if ecosystem != Ecosystem.SHELL:
        _take_name_service(ledger, entry, loader)
    if ecosystem not in _OWN_LOCALES:
        _take_locale(ledger, entry, environment)


def newest_glibc(ledger: Ledger) -> str:
    """The newest GLIBC version that any needed program or library asks for, "" when none asks."""
    facts = filter(None, (ledger.facts(need.entry) for need in ledger.needs if need.role in _LOADED))
    asked = chain.from_iterable(item.versions for item in facts if not item.soname.startswith(_LIBC_LIBRARIES))
    return max((match[1] for match in map(_GLIBC.match, asked) if match), key=version_key, default="")


def version_key(version: str) -> tuple[int, ...]:
    """Orders versions such as "2.4" and "2.34" by their numbers."""
    return tuple(int(part) for part in version.split("."))


def _take_preloaded(ledger: Ledger, entry: int, loader: Loader, environment: dict[str, str]) -> None:
    because = ledger.proof(entry, "ENV LD_PRELOAD is loaded into")
    for name in filter(None, re.split(r"[:\s]+", environment.get("LD_PRELOAD", ""))):
        path = path_bytes(name)
        if not name.startswith("/"):
            loader.load_named(entry, path, because)
        elif (library := ledger.ask(path, Role.LIBRARY, because)) is not None:
            loader.load(library)


def _take_locale(ledger: Ledger, entry: int, environment: dict[str, str]) -> None:
    """The locale that variables name: a directory below /usr/lib/locale, or a part of the archive there (locale(7))."""
    named = sorted({environment.get(name, "") for name in _LOCALE_VARIABLES} - {"", "C", "POSIX"})
    because = ledger.proof(entry, "ENV sets the locale of")
    for spelling in chain.from_iterable(map(_locale_names, [*named, _PLAIN] if named else [])):
        ledger.take_tree(b"usr/lib/locale/" + path_bytes(spelling), Role.DATA, because)
    languages = (*named, *environment.get("LANGUAGE", "").split(":")) if named else ()
    for spelling in dict.fromkeys(chain.from_iterable(map(_locale_names, languages))):
        messages = b"usr/share/locale/" + path_bytes(spelling) + b"/LC_MESSAGES/"
        for name in (b"libc", ledger.filesystem.paths[entry].rpartition(b"/")[2]):
            ledger.ask(messages + name + b".mo", Role.DATA, because)
    if not all(name.startswith("C.") for name in named):
        ledger.ask(b"usr/lib/locale/locale-archive", Role.DATA, because)


def _locale_names(name: str) -> Iterator[str]:
    """The names of directories that a locale may have: as it is written, without its codeset, with that in small letters."""
    language, _, codeset = name.partition("@")[0].partition(".")
    short = language.partition("_")[0]
    for spelling in dict.fromkeys((name, language, f"{language}.{codeset.lower().replace('-', '')}", short)):
        if spelling.strip(".") and "/" not in spelling:
            yield spelling


def _take_name_service(ledger: Ledger, entry: int, loader: Loader) -> None:
    """glibc finds users and hosts by /etc/nsswitch.conf, whose services are libraries loaded by name (nsswitch.conf(5))."""
    because = ledger.proof(entry, Link.NAME_SERVICE)
    configuration = ledger.content(ledger.ask(b"etc/nsswitch.conf", Role.DATA, because), _LARGEST_CONFIGURATION)
    services = {b"files", b"dns", *_NSS_SERVICE.findall(_NSS_NO_SERVICE.sub(b"", configuration))}
    built_in = _BUILT_IN_SERVICES if _has_built_in_services(ledger) else ()
    for service in sorted(services.difference(built_in)):
        loader.load_named(entry, b"libnss_" + service + b".so.2", because)


def _has_built_in_services(ledger: Ledger) -> bool:
    """glibc from 2.34 on has files and dns inside libc.so.6, which it no longer installs as a link to libc-2.NN.so."""
    return not any(need.role == Role.LIBRARY and _OLD_GLIBC.search(need.path) for need in ledger.needs)


def _take_authorities(ledger: Ledger, loaded: tuple[int, ...]) -> None:
    """The certificate authorities for the first TLS library among those that are loaded."""
    paths = ledger.filesystem.paths
    library = next((entry for entry in loaded if paths[entry].rpartition(b"/")[2].startswith(_TLS_LIBRARIES)), None)
    if library is not None and library in ledger:
        take_certificates(ledger, ledger.proof(library, "certificate authorities for the TLS library"))


def _take_zone(ledger: Ledger, entry: int, environment: dict[str, str]) -> None:
    """The local time zone: the file that TZ names, else /etc/localtime where it is not UTC."""
    if zone := environment.get("TZ", "").removeprefix(":"):
        path = zone if zone.startswith("/") else f"usr/share/zoneinfo/{zone}"
        ledger.ask(path_bytes(path), Role.ZONEINFO, ledger.proof(entry, "ENV TZ sets the local time of"))
    elif ledger.filesystem.trace(b"etc/localtime").path.rpartition(b"/")[2] not in _UTC:
        ledger.ask(b"etc/localtime", Role.ZONEINFO, ledger.proof(entry, "/etc/localtime sets the local time of"))
