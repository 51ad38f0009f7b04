"""What a recommendation says of itself."""

from layerscope.advice.model import Footing, Recommendation
from layerscope.core.vocabulary import Rung


def test_a_plan_stands_on_the_rung_of_its_least_firm_part() -> None:
    followed, closure = Footing(Rung.FOLLOWED, "x", 2), Footing(Rung.CLOSURE, "y", 1)
    assert Recommendation(ecosystem="c", predicted_size=3, rungs=(closure, followed)).rung == Rung.CLOSURE
    assert Recommendation(ecosystem="c", predicted_size=3).rung == Rung.FOLLOWED
