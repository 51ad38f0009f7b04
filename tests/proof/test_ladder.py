"""The way down the ladder: nothing below the recommended plan is taken that was not asked, answered alike, and whole."""

import pytest
from msgspec.structs import replace

from layerscope.advice.ground import RecommendOptions
from layerscope.core.vocabulary import Rung
from layerscope.needs.model import Part, Runtime
from layerscope.proof.ladder import Evidence, climb_down, lowest
from layerscope.proof.model import Proof
from tests.report.text.test_proof import proof

PROVED, ADDED = proof(), proof(added=(b"etc/conf",))
REFUTED, SILENT = proof(differences=("the bodies differ",)), proof(silence=("no answer",))


def runtime(*rungs: Rung) -> Runtime:
    parts = tuple(Part(rung, "a part", frozenset({1})) for rung in rungs)
    return Runtime(entrypoint=(), working_dir="", user="", programs=(), needs=(), unresolved=(), parts=parts)


def climbed(parts: Runtime, outcomes: dict[Rung | None, Proof], wanted: RecommendOptions) -> tuple[Evidence, ...]:
    return climb_down(parts, wanted, lambda options: outcomes[options.rung])


@pytest.mark.parametrize(
    ("outcomes", "tried", "taken"),
    [
        ({None: PROVED, Rung.CLOSURE: PROVED, Rung.FOLLOWED: PROVED}, 3, Rung.FOLLOWED),
        ({None: PROVED, Rung.CLOSURE: PROVED, Rung.FOLLOWED: REFUTED}, 3, Rung.CLOSURE),
        ({None: PROVED, Rung.CLOSURE: PROVED, Rung.FOLLOWED: ADDED}, 3, Rung.CLOSURE),
        ({None: PROVED, Rung.CLOSURE: REFUTED}, 2, None),
        ({None: REFUTED}, 1, None),
        ({None: SILENT}, 1, None),
    ],
)
def test_it_goes_down_as_far_as_it_is_proved(outcomes: dict[Rung | None, Proof], tried: int, taken: Rung | None) -> None:
    known = {rung: replace(item, built_size=number) for number, (rung, item) in enumerate(outcomes.items())}
    evidence = climbed(runtime(Rung.CLOSURE, Rung.SUBTRACTED), known, RecommendOptions())
    assert [item.rung for item in evidence] == [Rung.SUBTRACTED, Rung.CLOSURE, Rung.FOLLOWED][:tried]
    assert lowest(evidence) is known[taken]


def test_a_recommended_plan_that_was_healed_may_still_be_left_for_a_lower_one_that_needs_nothing() -> None:
    evidence = climbed(runtime(Rung.CLOSURE), {None: ADDED, Rung.FOLLOWED: PROVED}, RecommendOptions())
    assert lowest(evidence) is PROVED


@pytest.mark.parametrize("wanted", [RecommendOptions(tight=True), RecommendOptions(rung=Rung.CLOSURE)])
def test_who_wants_less_already_is_offered_no_other(wanted: RecommendOptions) -> None:
    assert len(climbed(runtime(Rung.SUBTRACTED), {wanted.rung: PROVED}, wanted)) == 1


def test_a_plan_that_is_followed_to_its_end_has_nothing_below_it() -> None:
    assert len(climbed(runtime(), {None: PROVED}, RecommendOptions())) == 1
