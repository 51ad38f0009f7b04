"""On which rung the parts of a plan stand, and that each kept byte is in one of them."""

from msgspec.structs import replace

from layerscope.advice.plan.base import Candidate
from layerscope.advice.rungs import footings, highest, install_command, packages, sentence
from layerscope.core.vocabulary import Role, Rung
from layerscope.needs.model import Because, Need, Part, Runtime
from tests.support.archives import layer_tar
from tests.support.layers import stacked

FILES = stacked(layer_tar([("app", b"a" * 5), ("lib/a", b"b" * 7), ("lib/b", b"c" * 11), ("etc/passwd", b"d" * 13)]))
PATHS = FILES.visible


def runtime(*parts: Part) -> Runtime:
    rungs = {b"app": Rung.FOLLOWED, b"lib/a": Rung.CLOSURE, b"lib/b": Rung.SUBTRACTED, b"etc/passwd": Rung.SUBTRACTED}
    needs = tuple(
        Need(path=path, entry=PATHS[path], role=Role.DATA, because=(Because("CMD"),), rung=rung) for path, rung in rungs.items()
    )
    return Runtime(entrypoint=(), working_dir="/", user="", programs=(), needs=needs, unresolved=(), parts=parts)


def part(rung: Rung, what: str, *paths: bytes, names: tuple[str, ...] = ()) -> Part:
    return Part(rung, what, frozenset(PATHS[path] for path in paths), names)


def test_no_byte_is_in_two_parts_and_none_is_left_out() -> None:
    parts = part(Rung.CLOSURE, "x", b"app", b"lib/a"), part(Rung.SUBTRACTED, "all", b"lib/a", b"lib/b")
    found = footings(FILES, runtime(*parts), PATHS.values())
    assert [(item.rung, item.size) for item in found] == [
        ("followed", 5),
        ("closure", 7),
        ("subtracted", 11),
        ("subtracted", 13),
    ]


def test_the_least_firm_part_is_what_a_plan_is_called_by() -> None:
    assert highest(runtime()) == Rung.FOLLOWED
    assert highest(runtime(part(Rung.SUBTRACTED, "all"), part(Rung.CLOSURE, "x"))) == Rung.SUBTRACTED
    assert sentence(Rung.FOLLOWED) == "followed: every path has its proof"


def test_packages_can_be_installed_where_the_base_has_their_manager() -> None:
    runs = runtime(part(Rung.CLOSURE, "x", names=("redis-server",)), part(Rung.CLOSURE, "y", names=("tini",)))
    assert packages(runs) == ("redis-server", "tini")
    assert packages(replace(runs, used=("tini", "bundler"))) == ("redis-server", "tini", "bundler")
    assert "install -y --no-install-recommends redis-server tini " in install_command(
        runs, Candidate(reference="debian:bookworm-slim", distribution="debian")
    )
    assert install_command(runs, Candidate(reference="scratch")) == ""
