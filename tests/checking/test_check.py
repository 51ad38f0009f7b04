"""Each rule of the gate on an image of which every number is known: at its threshold, beyond it, and ignored."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.checking.check import check
from layerscope.checking.files import defaults, read_dive
from layerscope.checking.settings import Settings
from tests.support.gate import DATA, REMOVED, STORED, TODAY, judged, outcome, said
from tests.support.layouts import compressed_analysis


class TestDivesVerdictsOnItsOwnImage:
    """What dive's own tests assert of its image, from a `.dive-ci` file."""

    @pytest.mark.parametrize(
        ("efficiency", "wasted", "percent", "statuses"),
        [
            ("0.99", "1B", "0.01", ("FAIL", "FAIL", "FAIL")),
            ("0.9", "50kB", "0.5", ("PASS", "PASS", "PASS")),
            ("disabled", "disabled", "disabled", ("SKIP", "SKIP", "SKIP")),
            ("0.9", "1B", "0.5", ("PASS", "FAIL", "PASS")),
            ("0.9844212134184309", "32025", "0.4834911001404049", ("PASS", "PASS", "PASS")),
        ],
    )
    def test_each_rule(self, efficiency: str, wasted: str, percent: str, statuses: tuple[str, ...], parity: Analysis) -> None:
        text = (
            f"rules:\n  lowestEfficiency: {efficiency}\n  highestWastedBytes: {wasted}\n  highestUserWastedPercent: {percent}\n"
        )
        verdict = check(parity, defaults(read_dive(f"rules:\n  {text}", ".dive-ci")), TODAY)
        found = said(verdict)
        names = ("lowest-efficiency", "highest-wasted-bytes", "highest-user-wasted-percent")
        assert tuple(found[name] for name in names) == statuses
        assert verdict.passed == ("FAIL" not in statuses)


@pytest.mark.parametrize(
    ("rule", "measured", "units"),
    [
        ("max-size", STORED, ("bytes",)),
        ("max-shadowed", DATA + REMOVED, ("bytes", "share")),
        ("highest-wasted-bytes", 2 * DATA + REMOVED, ("bytes",)),
    ],
)
def test_the_most_that_is_allowed_passes_and_a_byte_more_fails(
    rule: str, measured: int, units: tuple[str, ...], image: Analysis
) -> None:
    """dive counts both copies of a file that was stored again, and the deleted one's single copy with its whiteout."""
    at = outcome(judged(image, **{rule: measured}), rule)
    assert (at.status, at.offences) == ("PASS", ())
    assert at.measured is not None
    assert at.measured.value == measured
    beyond = outcome(judged(image, **{rule: measured - 1}), rule)
    assert beyond.status == "FAIL"
    assert beyond.offences
    if "share" in units:
        percent = 100 * measured / STORED
        assert outcome(judged(image, **{rule: f"{percent + 0.01}%"}), rule).status == "PASS"
        assert outcome(judged(image, **{rule: f"{percent - 0.01}%"}), rule).status == "FAIL"


class TestCompressedSize:
    def test_it_is_that_of_the_stored_layers(self, tmp_path: Path) -> None:
        analysis = compressed_analysis(tmp_path, [[("a", b"x" * 100_000)], [("b", b"y" * 10)]])
        stored = analysis.sizes.compressed
        assert stored is not None
        assert outcome(judged(analysis, max_compressed_size=stored), "max-compressed-size").status == "PASS"
        failed = outcome(judged(analysis, max_compressed_size=stored - 1), "max-compressed-size")
        assert failed.status == "FAIL"
        assert sum(offence.size for offence in failed.offences) == stored

    def test_where_the_source_does_not_know_it_nothing_passes(self, image: Analysis) -> None:
        failed = outcome(judged(image, max_compressed_size="1GB"), "max-compressed-size")
        assert failed.status == "FAIL"
        assert failed.measured is None
        assert "does not know" in failed.sentence


class TestGrowth:
    @pytest.mark.parametrize(
        ("allowed", "status"),
        [("14000", "PASS"), ("13999", "FAIL"), ("10.77%", "PASS"), ("10.76%", "FAIL"), ("0%", "FAIL"), ("off", "SKIP")],
    )
    def test_in_bytes_and_in_percent(self, allowed: str, status: str, image: Analysis, grown: Analysis) -> None:
        assert STORED == 130_000
        assert outcome(judged(grown, image, max_growth=allowed, against="x"), "max-growth").status == status

    def test_a_smaller_image_has_not_grown(self, image: Analysis, grown: Analysis) -> None:
        passed = outcome(judged(image, grown, max_growth="0%"), "max-growth")
        assert passed.status == "PASS"
        assert passed.measured is not None
        assert passed.measured.value < 0

    def test_without_a_reference_nothing_is_asked(self, image: Analysis) -> None:
        assert outcome(judged(image, max_growth="5%"), "max-growth").status == "SKIP"

    def test_against_an_image_of_nothing(self, tmp_path: Path, image: Analysis) -> None:
        (tmp_path / "other").mkdir()
        nothing = compressed_analysis(tmp_path / "other", [[("d/", None)]])
        assert outcome(judged(image, nothing, max_growth="5%"), "max-growth").status == "FAIL"
        assert outcome(judged(nothing, nothing, max_growth="5%"), "max-growth").status == "PASS"
        assert outcome(judged(image, nothing, max_growth="1MB"), "max-growth").status == "PASS"

    def test_a_reference_that_could_not_be_read_whole_fails(self, image: Analysis) -> None:
        damaged = replace(image, problems=("layer 1: its gzip stream is cut off",))
        failed = outcome(judged(image, damaged, max_growth="5%"), "readable")
        assert failed.status == "FAIL"
        assert "layer 1" in failed.offences[0].what


class TestSecrets:
    def test_they_fail_without_being_asked_for(self, leaky: Analysis) -> None:
        failed = outcome(judged(leaky), "secrets")
        assert failed.status == "FAIL"
        assert {offence.rule for offence in failed.offences} == {"LS801", "LS810"}
        assert "abc123def456" not in repr(failed)

    def test_they_can_be_switched_off(self, leaky: Analysis) -> None:
        assert outcome(judged(leaky, secrets=False), "secrets").status == "SKIP"

    def test_an_image_without_any_passes(self, image: Analysis) -> None:
        assert outcome(judged(image), "secrets").status == "PASS"


def test_without_any_settings_dives_defaults_and_secrets_are_asked(image: Analysis) -> None:
    verdict = check(image, defaults(Settings()), TODAY)
    assert said(verdict) == {
        "readable": "PASS",
        "lowest-efficiency": "FAIL",
        "highest-wasted-bytes": "SKIP",
        "highest-user-wasted-percent": "FAIL",
        "secrets": "PASS",
    }


def test_the_same_image_and_settings_give_the_same_verdict(image: Analysis) -> None:
    one, other = (judged(image, max_waste=0, forbid=["cache"], max_size=1) for _ in range(2))
    assert one.outcomes == other.outcomes
