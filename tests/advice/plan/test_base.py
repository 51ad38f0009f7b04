"""The bases that are known, and those that fit one image."""

import pytest

from layerscope.advice.plan.base import (
    Candidate,
    candidates,
    known_base,
    own_alpine,
    read_release,
    read_users,
    requested,
    runtime_bases,
    site_base,
)
from layerscope.core.vocabulary import Ecosystem, Linkage, Role
from layerscope.filesystem.merged import Filesystem
from layerscope.needs.model import Because, Need, Program, Runtime
from tests.support.archives import layer_tar
from tests.support.layers import stacked

BOOKWORM = ("etc/os-release", b'ID=debian\nVERSION_CODENAME="bookworm"\nVERSION_ID="12"\n')
PYTHON = b"usr/local/bin/python3.11"


def runtime(*programs: Program, paths: tuple[bytes, ...] = (PYTHON,)) -> Runtime:
    needs = tuple(Need(path=path, entry=0, role=Role.INTERPRETER, because=(Because("CMD"),), asked=(path,)) for path in paths)
    return Runtime(entrypoint=(), working_dir="", user="", programs=programs, needs=needs, unresolved=())


def program(ecosystem: Ecosystem, version: str = "") -> Program:
    return Program(path=PYTHON, entry=0, ecosystem=ecosystem, linkage=Linkage.GLIBC, version=version)


def system(*files: tuple[str, bytes]) -> Filesystem:
    return stacked(layer_tar(list(files)), layer_tar([("app", b"x")]))


@pytest.mark.parametrize(
    ("reference", "repository"),
    [
        ("alpine:3.19", "alpine"),
        ("registry.example:5000/a/b", "registry.example:5000/a/b"),
        ("a/b:1@sha256:" + "0" * 64, "a/b"),
        ("gcr.io/distroless/static-debian13:nonroot", "gcr.io/distroless/static-debian13"),
    ],
)
def test_a_repository_is_a_name_without_its_tag_and_digest(reference: str, repository: str) -> None:
    assert Candidate(reference=reference).repository == repository


def test_the_bases_of_any_program_bring_no_language() -> None:
    assert "scratch" in {base.reference for base in candidates()}
    assert all(not base.ecosystem and not base.site for base in candidates())
    assert known_base("alpine").shell
    assert site_base().site
    with pytest.raises(KeyError):
        known_base("unheard-of")


def test_a_language_gets_its_image_in_the_version_and_for_the_distribution_of_the_program() -> None:
    found = runtime_bases(system(BOOKWORM), runtime(program(Ecosystem.PYTHON, "3.11.9")))
    assert "python:3.11-slim-bookworm" in {base.reference for base in found}
    assert all("{" not in path for base in found for path in (*base.paths, *base.start, base.why))


@pytest.mark.parametrize(
    ("programs", "paths"),
    [
        ((), (PYTHON,)),
        ((program(Ecosystem.GO, "1.22"),), (PYTHON,)),
        ((program(Ecosystem.PYTHON),), (PYTHON,)),
        ((program(Ecosystem.PYTHON, "evil\nRUN x"),), (PYTHON,)),
        ((program(Ecosystem.PYTHON, "3.11"), program(Ecosystem.NODE, "20.1")), (PYTHON,)),
        ((program(Ecosystem.PYTHON, "3.11"),), (b"opt/python/bin/python3",)),
    ],
    ids=["nothing", "compiled", "no version", "no version of a tag", "two languages", "another place"],
)
def test_other_programs_get_no_image_of_a_language(programs: tuple[Program, ...], paths: tuple[bytes, ...]) -> None:
    assert runtime_bases(system(BOOKWORM), runtime(*programs, paths=paths)) == ()


def test_the_alpine_below_an_image_is_measured_in_its_own_layer() -> None:
    release = b"ID=alpine\nVERSION_ID=3.19.4\n"
    found = own_alpine(system(("etc/os-release", release), ("etc/alpine-release", b"3.19.4\n")))
    assert found is not None
    assert (found.reference, found.size, found.own_layers) == ("alpine:3.19", len(release) + 7, 1)
    assert own_alpine(system(("etc/os-release", release))) is None
    assert own_alpine(system(BOOKWORM)) is None


def test_what_the_system_says_of_itself() -> None:
    files = system(BOOKWORM, ("etc/passwd", b"root:x:0:0::/root:/bin/sh\nbroken\n"))
    assert read_release(files) == {"ID": "debian", "VERSION_CODENAME": "bookworm", "VERSION_ID": "12"}
    assert [fields[0] for fields in read_users(files)] == ["root"]
    assert read_users(system()) == []


def test_a_base_that_is_asked_for_is_known_by_its_repository() -> None:
    own = Candidate(reference="python:3.11-slim", ecosystem="python", size=1)
    assert requested("python:3.11-slim", (own,)) is own
    other = requested("python:3.12-slim", (own,))
    assert (other.reference, other.ecosystem, other.known) == ("python:3.12-slim", "python", False)
    assert requested("alpine:3.1", ()).libc == "musl"
    stranger = requested("registry.example/x:1", ())
    assert (stranger.reference, stranger.size, stranger.known) == ("registry.example/x:1", None, False)


@pytest.mark.parametrize("bound", [False, True])
def test_a_runtime_that_no_other_build_can_stand_in_for_is_not_replaced(bound: bool) -> None:
    java = Program(path=PYTHON, entry=0, ecosystem=Ecosystem.JVM, linkage=Linkage.GLIBC, version="17", bound=bound)
    found = {base.repository for base in runtime_bases(system(BOOKWORM), runtime(java, paths=(b"opt/jre/bin/java",)))}
    assert ("eclipse-temurin" in found) != bound


@pytest.mark.parametrize("linkage", [Linkage.GLIBC, Linkage.SCRIPT])
def test_a_runtime_that_a_script_starts_is_not_replaced(linkage: Linkage) -> None:
    java = Program(path=PYTHON, entry=0, ecosystem=Ecosystem.JVM, linkage=linkage, version="17")
    found = {base.repository for base in runtime_bases(system(BOOKWORM), runtime(java, paths=(b"opt/app/run.sh",)))}
    assert ("eclipse-temurin" in found) == (linkage == Linkage.GLIBC)
