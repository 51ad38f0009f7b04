"""What a base brings of the needs, and what has to be copied onto it."""

from typing import Any

import pytest
from msgspec.structs import replace

from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.base_choice import Demand
from layerscope.advice.plan.base_provides import supply
from layerscope.core.vocabulary import Ecosystem, Linkage, Role
from layerscope.needs.model import Because, Need, Program, Runtime
from tests.support.archives import layer_tar
from tests.support.layers import stacked

SERVER, LOADER, LIBC = b"app/server", b"lib64/ld-linux-x86-64.so.2", b"usr/lib/libc.so.6"
ZONES = b"usr/share/zoneinfo"
CURL = ("usr/bin/curl", "usr/lib/http.so", "usr/lib/libcurl.so.4", "usr/lib/libz.so.1")
FILES = stacked(
    layer_tar([("etc/base", b"x")]), layer_tar([("etc/own", b"four"), ("app/server", b"x"), *((path, b"x") for path in CURL)])
)
BASE, OWN = FILES.visible[b"etc/base"], FILES.visible[b"etc/own"]


def need(path: bytes, role: Role, asker: bytes = SERVER, entry: int = OWN) -> Need:
    return Need(path=path, entry=entry, role=role, because=(Because("asked by", asker),), asked=(path,))


def left(
    base: Candidate,
    *needs: Need,
    ecosystem: Ecosystem = Ecosystem.C,
    askers: dict[int, set[int]] | None = None,
    **asked: Any,
) -> list[bytes]:
    """The paths that ``base`` lacks."""
    given = {"libcs": frozenset(("glibc",)), "shell": False, "glibc": "", "sonames": frozenset(), "user": "", **asked}
    program = Program(path=SERVER, entry=OWN, ecosystem=ecosystem, linkage=Linkage.GLIBC)
    runs = Runtime(entrypoint=(), working_dir="", user="", programs=(program,), needs=needs, unresolved=(), askers=askers or {})
    return [item.path for item in supply(base, Demand(machine="amd64", **given), FILES, runs).missing]


GLIBC = Candidate(reference="x", libc="glibc", libraries=("libc.so.6",), paths=(ZONES.decode(),), users=("root",))


def test_the_catalogue_knows_libraries_by_their_sonames_and_files_by_their_places() -> None:
    needs = (
        need(SERVER, Role.PROGRAM),
        need(LOADER, Role.INTERPRETER),
        need(LIBC, Role.LIBRARY),
        need(b"opt/libown.so", Role.LIBRARY),
        need(ZONES + b"/Europe/Berlin", Role.ZONEINFO),
        need(b"etc/app.conf", Role.DATA),
    )
    assert left(GLIBC, *needs) == [SERVER, b"opt/libown.so", b"etc/app.conf"]
    assert left(Candidate(reference="scratch"), *needs) == [item.path for item in needs]


def test_links_and_what_lies_in_the_layers_of_the_base_need_no_copy() -> None:
    own = Candidate(reference="alpine:3.19", own_layers=1)
    assert left(own, need(b"lib", Role.LINK), need(b"etc/base", Role.DATA, entry=BASE), need(b"etc/own", Role.DATA)) == [
        b"etc/own"
    ]


@pytest.mark.parametrize(
    ("role", "path", "size", "brought"),
    [
        (Role.DATA, b"etc/own", 4, True),
        (Role.DATA, b"etc/own", 5, False),
        (Role.DATA, b"app/own", 4, False),
        (Role.ZONEINFO, b"etc/own", 5, True),
        (Role.LIBRARY, b"opt/libown.so", 9, True),
        (Role.PROGRAM, b"usr/bin/env", 9, True),
        (Role.PROGRAM, SERVER, 9, False),
        (Role.DEPENDENCY, b"etc/own", 4, False),
    ],
)
def test_an_opened_base_is_asked_for_the_path(role: Role, path: bytes, size: int, brought: bool) -> None:
    assert left(Candidate(reference="x", content={path: size}), need(path, role)) == ([] if brought else [path])


def test_an_images_own_authorities_are_on_no_base() -> None:
    bundle = need(b"etc/ssl/certs/ca-certificates.crt", Role.CERTIFICATES)
    base = Candidate(reference="x", paths=("etc/ssl/certs",))
    assert left(base, bundle) == []
    assert left(base, bundle, private_authorities=True) == [bundle.path]
    python = replace(base, ecosystem=Ecosystem.PYTHON)
    assert left(python, bundle, ecosystem=Ecosystem.PYTHON, private_authorities=True) == [bundle.path]


@pytest.mark.parametrize(("user", "brought"), [("", True), ("root", True), ("app", False)])
def test_users_are_there_by_their_names(user: str, brought: bool) -> None:
    assert (left(GLIBC, need(b"etc/passwd", Role.USER), user=user) == []) is brought


def test_a_base_with_a_shell_has_all_that_only_the_shell_loads() -> None:
    shell = Candidate(reference="alpine", shell=True, libc="musl")
    needs = (need(b"bin/sh", Role.INTERPRETER, b""), need(LOADER, Role.INTERPRETER, b"bin/sh"), need(LIBC, Role.LIBRARY))
    assert left(shell, *needs, libcs=frozenset()) == []
    assert left(shell, *needs) == [LOADER, LIBC]


def test_the_image_of_a_language_has_its_runtime_and_what_that_alone_loads() -> None:
    python = Candidate(
        reference="python:3.11",
        ecosystem="python",
        paths=("usr/local/lib/python3.11",),
        lacks=("usr/local/lib/python3.11/site-packages",),
    )
    interpreter = b"usr/local/lib/python3.11/os.py"
    needs = (
        need(interpreter, Role.RUNTIME),
        need(b"usr/lib/libssl.so.3", Role.LIBRARY, interpreter),
        need(b"usr/local/lib/python3.11/site-packages/x.so", Role.LIBRARY),
        need(b"usr/local/lib/python3.11/site-packages/flask.py", Role.DEPENDENCY),
    )
    assert left(python, *needs, ecosystem=Ecosystem.PYTHON) == [item.path for item in needs[2:]]


def test_what_only_the_bases_runtime_loads_is_copied_where_something_copied_loads_it_too() -> None:
    """A runtime may be linked to a library of which the base has another version, or, where it is optional, none."""
    curl, http, library, deeper = (FILES.visible[path.encode()] for path in CURL)
    dotnet = Candidate(reference="aspnet", ecosystem="dotnet", paths=("usr/lib/http.so",))
    needs = (
        need(b"usr/lib/http.so", Role.RUNTIME, entry=http),
        need(b"usr/lib/libcurl.so.4", Role.LIBRARY, b"usr/lib/http.so", entry=library),
        need(b"usr/lib/libz.so.1", Role.LIBRARY, b"usr/lib/libcurl.so.4", entry=deeper),
        need(b"usr/bin/curl", Role.HEALTHCHECK, entry=curl),
    )
    alone = {library: {http}, deeper: {library}}
    both = {library: {http, curl}, deeper: {library}}
    assert left(dotnet, *needs, ecosystem=Ecosystem.DOTNET, askers=alone) == [b"usr/bin/curl"]
    found = left(dotnet, *needs, ecosystem=Ecosystem.DOTNET, askers=both)
    assert found == [b"usr/bin/curl", b"usr/lib/libcurl.so.4", b"usr/lib/libz.so.1"]


@pytest.mark.parametrize(("name", "brought"), [("libicuuc.so.74", True), ("libicudata.so.72", False)])
def test_an_opened_base_without_any_version_of_a_library_does_not_bring_it(name: str, brought: bool) -> None:
    """Alpine's .NET has no ICU, and the runtime loads it where it is there."""
    runtime = b"usr/share/dotnet/globalization.so"
    dotnet = Candidate(
        reference="aspnet", ecosystem="dotnet", paths=("usr/share/dotnet",), content={runtime: 1, f"usr/lib/{name}".encode(): 1}
    )
    needs = (need(runtime, Role.RUNTIME), need(b"usr/lib/libicuuc.so.72", Role.LIBRARY, runtime))
    assert left(dotnet, *needs, ecosystem=Ecosystem.DOTNET) == ([] if brought else [b"usr/lib/libicuuc.so.72"])


def test_a_runtime_at_another_place_is_replaced_where_the_base_says_so() -> None:
    java = Candidate(reference="temurin", ecosystem="jvm", replaces=True)
    needs = (need(SERVER, Role.PROGRAM), need(b"opt/jdk/lib/modules", Role.RUNTIME))
    assert left(java, *needs, ecosystem=Ecosystem.JVM) == []
    assert left(java, *needs, ecosystem=Ecosystem.PYTHON) == [SERVER]


@pytest.mark.parametrize(("target", "brought"), [(b"/usr/bin/original-awk", True), (b"mawk", False)])
def test_a_program_is_there_where_the_path_leads_to_the_same_one(target: bytes, brought: bool) -> None:
    links = {b"usr/bin/awk": b"/etc/alternatives/awk", b"etc/alternatives/awk": target}
    paths = (*links, b"usr/bin/original-awk", b"etc/alternatives/mawk")
    base = Candidate(reference="x", content=dict.fromkeys(paths, 9), links=links)
    wanted = replace(need(b"usr/bin/original-awk", Role.PROGRAM), asked=(b"usr/bin/awk",))
    assert left(base, wanted) == ([] if brought else [b"usr/bin/original-awk"])
