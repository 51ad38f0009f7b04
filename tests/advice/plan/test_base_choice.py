"""What the needs ask of a base, and which one they get."""

from typing import Any

import pytest

from layerscope.advice.plan.base import Candidate, known_base
from layerscope.advice.plan.base_choice import Demand, choose, demand_of, runs_on
from layerscope.core.vocabulary import Ecosystem, Linkage, Role
from layerscope.needs.model import Because, Need, Program, Runtime, StaticSite, Unresolved, UnresolvedCode
from tests.support.archives import layer_tar
from tests.support.layers import stacked

LOADER = b"lib64/ld-linux-x86-64.so.2"
DISTROLESS = "gcr.io/distroless/"


def need(path: bytes, role: Role, asker: bytes = b"app/server", *asked: bytes) -> Need:
    return Need(path=path, entry=0, role=role, because=(Because("NEEDED by", asker),), asked=asked or (path,))


def runtime(*needs: Need, linkage: Linkage = Linkage.STATIC, ecosystem: Ecosystem = Ecosystem.GO, **more: Any) -> Runtime:
    program = Program(path=b"app/server", entry=0, ecosystem=ecosystem, linkage=linkage)
    given = {"entrypoint": (), "working_dir": "", "user": "", "unresolved": (), **more}
    return Runtime(programs=(program,), needs=needs, **given)


def demand(runs: Runtime) -> Demand:
    return demand_of(stacked(layer_tar([("app/server", b"x")])), runs, "amd64")


def asks(libcs: tuple[str, ...] = (), shell: bool = False, glibc: str = "", sonames: tuple[str, ...] = ()) -> Demand:
    return Demand(libcs=frozenset(libcs), shell=shell, machine="amd64", glibc=glibc, sonames=frozenset(sonames), user="")


def chosen(wanted: Demand, runs: Runtime | None = None, own: Candidate | None = None, *languages: Candidate) -> str:
    return choose(wanted, runs or runtime(), own, languages).reference


def test_a_static_program_asks_for_nothing() -> None:
    found = demand(runtime())
    assert (found.libcs, found.shell, found.sonames, found.user) == (frozenset(), False, frozenset(), "")


def test_loaders_linkage_and_libraries_say_which_c_library() -> None:
    runs = runtime(
        need(LOADER, Role.INTERPRETER),
        need(b"usr/lib/libz.so.1.3", Role.LIBRARY, b"app/server", b"usr/lib/libz.so.1"),
        linkage=Linkage.UNKNOWN,
        user="app:app",
    )
    found = demand(runs)
    assert found.libcs == {"glibc", "other"}
    assert (found.sonames, found.user) == ({"libz.so.1"}, "app")
    assert demand(runtime(user="1000:1000")).user == ""


def test_a_script_of_bin_sh_does_not_hide_the_c_library_of_what_it_starts() -> None:
    shell = need(b"usr/bin/dash", Role.INTERPRETER, b"", b"bin/sh")
    loader = need(LOADER, Role.INTERPRETER, b"usr/bin/dash")
    linked = {b"usr/bin/dash": Linkage.GLIBC, b"usr/bin/python3.11": Linkage.GLIBC}
    runs = runtime(shell, loader, linkage=Linkage.SCRIPT, linked=linked)
    assert demand(runs).libcs == {"glibc"}
    assert chosen(demand(runs), runs) != "alpine:3.23"


def test_a_loader_that_only_bin_sh_asks_for_is_no_demand() -> None:
    shell = need(b"usr/bin/dash", Role.INTERPRETER, b"", b"bin/sh")
    assert demand(runtime(shell, need(LOADER, Role.INTERPRETER, b"usr/bin/dash"))).libcs == frozenset()
    found = demand(runtime(shell, need(LOADER, Role.INTERPRETER, b"app/server")))
    assert (found.libcs, found.shell) == ({"glibc"}, True)


@pytest.mark.parametrize(
    ("wanted", "base"),
    [
        (asks(), "scratch"),
        (asks(shell=True), known_base("alpine").reference),
        (asks(("musl",)), known_base("alpine").reference),
        (asks(("glibc",), sonames=("libz.so.1",)), f"{DISTROLESS}base-nossl-debian13"),
        (asks(("glibc",), sonames=("libssl.so.3",)), f"{DISTROLESS}base-debian13"),
        (asks(("glibc",), sonames=("libstdc++.so.6",)), f"{DISTROLESS}cc-debian13"),
        (asks(("glibc",), sonames=("libc.so.6",)), "scratch"),
        (asks(("glibc",), glibc="2.99", sonames=("libz.so.1",)), "scratch"),
        (asks(("glibc", "musl")), "scratch"),
    ],
    ids=["static", "a shell", "musl", "glibc", "openssl", "C++", "little", "too new", "both"],
)
def test_the_base_is_the_least_that_runs_the_program(wanted: Demand, base: str) -> None:
    assert chosen(wanted) == base


def test_the_images_own_alpine_and_the_image_of_a_language_come_first() -> None:
    own = Candidate(reference="alpine:3.17", libc="musl", shell=True)
    python = Candidate(reference="python:3.11-slim", libc="glibc", glibc="2.36", ecosystem="python")
    assert chosen(asks(("musl",)), None, own) == "alpine:3.17"
    assert chosen(asks(("glibc",), glibc="2.34"), None, None, python) == "python:3.11-slim"
    assert chosen(asks(("musl",)), None, own, python) == "alpine:3.17"


def test_files_alone_get_a_web_server() -> None:
    site = StaticSite(root=b"srv", port=80, server="serve 14")
    assert chosen(asks(), runtime(site=site)).startswith("nginx")


@pytest.mark.parametrize(
    ("code", "base"), [(UnresolvedCode.OTHER_PROGRAMS, "scratch"), (UnresolvedCode.UNKNOWN, f"{DISTROLESS}base-nossl-debian13")]
)
def test_what_is_open_about_a_program_asks_for_a_whole_system_but_for_programs_that_it_could_start(
    code: UnresolvedCode, base: str
) -> None:
    runs = runtime(unresolved=(Unresolved(b"app/server", "is open", code),))
    assert chosen(asks(("glibc",), sonames=("libc.so.6",)), runs) == base


@pytest.mark.parametrize(
    ("base", "wanted", "runs"),
    [
        (Candidate(reference="scratch"), asks(shell=True), False),
        (Candidate(reference="scratch"), asks(("glibc",), shell=True), True),
        (Candidate(reference="x", machines=("arm64",)), asks(), False),
        (Candidate(reference="x", replaces=True), asks(("glibc",)), True),
        (Candidate(reference="x"), asks(shell=True), False),
        (Candidate(reference="x", libc="glibc", glibc="2.9"), asks(("glibc",), glibc="2.10"), False),
        (Candidate(reference="x", libc="glibc", glibc="2.10"), asks(("glibc",), glibc="2.9"), True),
        (Candidate(reference="x", libc="musl"), asks(("glibc",)), False),
    ],
)
def test_whether_a_base_runs_a_program(base: Candidate, wanted: Demand, runs: bool) -> None:
    assert runs_on(base, wanted) is runs
