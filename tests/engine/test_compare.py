"""The guides' pairs compared, beside what the engine itself says of them: its exports, and its inspection."""

from typing import Any

import pytest

from layerscope.comparison.model import Comparison, PathState
from layerscope.comparison.paths import kinds_of
from layerscope.core.units import percent
from tests.engine.conftest import Engine
from tests.engine.pairs import PAIRS, STUBS, Built, Pair, built, exported, inspected, render

pytestmark = pytest.mark.engine

EVERY = pytest.mark.parametrize("pair", PAIRS, ids=[pair.key for pair in PAIRS])
AMONG = 15
"""How many of the largest parts of the gap a reader looks at."""


@pytest.fixture
def made(engine: Engine, pair: Pair) -> Built:
    return built(pair)


def rows_in(comparison: Comparison, *states: PathState) -> set[str]:
    paths = comparison.paths
    names = {
        path.decode("utf-8", "surrogateescape")
        for path, state in zip(paths.paths, paths.states, strict=True)
        if state in states
    }
    return names - STUBS


@EVERY
def test_every_byte_of_the_gap_is_explained(made: Built) -> None:
    comparison = made.comparison
    fat, lean, paths = comparison.fat.sizes, comparison.lean.sizes, comparison.paths
    assert comparison.gap == fat.live + fat.shadowed - lean.live - lean.shadowed > 0
    assert sum(row.gap for row in comparison.categories) == comparison.gap
    assert sum(row.gap for row in comparison.components) == comparison.gap
    assert sum(paths.fat_sizes) - sum(paths.lean_sizes) + fat.shadowed - lean.shadowed == comparison.gap
    assert not paths.unverified
    assert comparison.notices == ()


@EVERY
def test_it_names_what_the_guides_name(made: Built) -> None:
    largest = {row.name for row in made.comparison.components[:AMONG] if row.gap > 0}
    assert set(made.pair.named) <= largest
    assert {row.category for row in made.comparison.categories if row.gap > 0} >= set(made.pair.gone)


@EVERY
def test_the_paths_of_one_image_alone_are_those_of_one_export_alone(made: Built) -> None:
    fat, lean = exported(made.fat), exported(made.lean)
    assert rows_in(made.comparison, PathState.ONLY_FAT, PathState.MOVED_FROM) == fat.keys() - lean.keys()
    assert rows_in(made.comparison, PathState.ONLY_LEAN, PathState.MOVED_TO) == lean.keys() - fat.keys()
    assert rows_in(made.comparison, PathState.SAME, PathState.CHANGED) - {""} == fat.keys() & lean.keys()


@EVERY
def test_what_changed_is_what_differs_by_sha256(made: Built) -> None:
    fat, lean = exported(made.fat), exported(made.lean)
    differing = {path for path in fat.keys() & lean.keys() if fat[path] != lean[path]}
    assert rows_in(made.comparison, PathState.CHANGED) == differing
    names = made.comparison.paths.paths
    for row, target in made.comparison.paths.moved.items():
        source, destination = (names[number].decode("utf-8", "surrogateescape") for number in (row, target))
        if not {source, destination} & STUBS:
            assert fat[source] == lean[destination]
            assert fat[source][0] == "file"
    assert all(kinds_of(made.comparison, row) for row in range(len(names)))


@EVERY
def test_the_configuration_is_that_of_docker_inspect(made: Built) -> None:
    for side, name in (("fat", made.fat), ("lean", made.lean)):
        told = {pair.key: text for pair in made.comparison.config if (text := getattr(pair, side)) is not None}
        assert told == _dockerfile_words(inspected(name))


def _dockerfile_words(config: dict[str, Any]) -> dict[str, str]:
    """What ``docker inspect`` prints, by the keys of a comparison; none of these images has a health check or volumes."""
    assert not config.get("Healthcheck")
    assert not config.get("Volumes")
    found = {f"ENV {entry.partition('=')[0]}": entry.partition("=")[2] for entry in config.get("Env") or ()}
    found |= {f"LABEL {name}": text for name, text in (config.get("Labels") or {}).items()}
    words = (("WORKDIR", "WorkingDir"), ("USER", "User"), ("STOPSIGNAL", "StopSignal"))
    found |= {key: config[name] for key, name in words if config.get(name)}
    if ports := config.get("ExposedPorts"):
        found["EXPOSE"] = " ".join(sorted(ports))
    for key, name in (("ENTRYPOINT", "Entrypoint"), ("CMD", "Cmd"), ("SHELL", "Shell")):
        if words_of := config.get(name):
            found[key] = "[" + ", ".join('"' + word.replace('"', '\\"') + '"' for word in words_of) + "]"
    return found


def test_the_guides_summary_table_beside_ours(engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the engine's bases are of the guides' sizes, as for Go, their percentages come out. The stand-ins for the lean
    bases of the others are two to three times as large, so that less is gone there; the table tells both."""
    pairs = [built(pair) for pair in PAIRS]
    with capsys.disabled():
        print(f"\n{render(pairs)}")
    for made in pairs:
        comparison = made.comparison
        whole = comparison.fat.sizes.stored
        promised = made.pair.published[2] if made.pair.name.startswith("Go") else 60
        assert 100 * comparison.gap / whole >= promised, percent(comparison.gap, whole)
