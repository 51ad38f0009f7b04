"""What findings count and how they name it."""

import pytest

from layerscope.advice.findings.evidence import (
    PATHS_NAMED,
    Claim,
    finding_of,
    instructions_of,
    largest,
    layer_text,
    layers_by_bytes,
    listed,
    places,
)
from layerscope.advice.rules import advice_rules
from layerscope.core.vocabulary import Category, Confidence
from tests.support.analyses import go_image

GROUND = go_image().ground
RULE = advice_rules()["LS401"]


def entries(*paths: bytes) -> list[int]:
    return [GROUND.filesystem.paths.index(path) for path in paths]


def test_a_finding_counts_its_entries_and_names_their_layers() -> None:
    found = entries(b"usr/bin/gcc-12", b"app/server")
    claim = Claim(title="title", category=Category.TOOLCHAIN, confidence=Confidence.DEAD, evidence=["seen"])
    finding = finding_of(GROUND, RULE, found, claim)
    assert (finding.rule, finding.size, finding.entries) == ("LS401", 1_150_000 + 7_400_000, tuple(found))
    assert finding.layers == (1, 4)
    assert finding.instructions == instructions_of(GROUND.history, (1, 4))
    assert finding.paths == (b"app/server", b"usr/bin/gcc-12")
    assert finding.evidence == (RULE.why, "seen")
    assert finding.remedy == RULE.remedy


def test_a_claim_may_name_other_layers_and_paths() -> None:
    claim = Claim(title="", category=Category.OS, confidence=Confidence.UNKNOWN, layers=(4, 0), paths=(b"x",))
    finding = finding_of(GROUND, RULE, entries(b"app/server"), claim)
    assert (finding.layers, finding.paths) == ((4, 0), (b"x",))


def test_the_largest_come_first_and_only_so_many_are_named() -> None:
    ordered = largest(GROUND.filesystem, range(len(GROUND.filesystem)))
    sizes = [GROUND.filesystem.sizes[entry] for entry in ordered]
    assert sizes == sorted(sizes, reverse=True)
    assert len(places(GROUND.filesystem, ordered)) == PATHS_NAMED
    assert layers_by_bytes(GROUND.filesystem, entries(b"usr/bin/gcc-12", b"app/server")) == (4, 1)


def test_a_layer_is_named_with_its_instruction_in_short() -> None:
    assert layer_text(GROUND.history, 3) == "layer 3 (COPY . .)"
    assert layer_text(GROUND.history, 99) == "layer 99"


@pytest.mark.parametrize(
    ("names", "text"), [(["a"], "a"), (["a", "b"], "a, b"), (["a", "b", "c", "d"], "a, b and 2 more"), ([], "")]
)
def test_of_many_names_the_first_are_listed(names: list[str], text: str) -> None:
    assert listed(names, 2) == text
