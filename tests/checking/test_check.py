"""Each rule of the gate on an image of which every number is known: at its threshold, beyond it, and ignored."""

from datetime import date
from pathlib import Path

import pytest
from msgspec.structs import replace

from layerscope.analysis import Analysis, analyze
from layerscope.checking.check import check
from layerscope.checking.files import defaults, read_dive
from layerscope.checking.model import OFFENCES_KEPT
from layerscope.checking.settings import Settings, from_table
from layerscope.core import units
from layerscope.sources import open_image
from tests.support.comparisons import demo
from tests.support.gate import BASE, CACHE, DATA, REMOVED, STORED, TODAY, judged, outcome, said, shop
from tests.support.layouts import compressed_analysis

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
PARITY = FIXTURES / "dive-test-docker-image.tar"
SECRET = [("app/.env", b"API_TOKEN=abc123def456\n")]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return shop(tmp_path_factory.mktemp("shop"))


@pytest.fixture(scope="module")
def parity() -> Analysis:
    return analyze(open_image(f"docker-archive:{PARITY}"))


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return shop(tmp_path_factory.mktemp("grown"), [("srv/new", b"n" * 14_000)])


@pytest.fixture(scope="module")
def leaky(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    return shop(tmp_path_factory.mktemp("leaky"), SECRET, Env=["API_TOKEN=abc123def456"])


@pytest.mark.skipif(not PARITY.exists(), reason="dive's own test image is not beside this checkout")
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

    def test_what_is_to_blame_adds_up_to_what_dive_counts(self, parity: Analysis) -> None:
        found = outcome(judged(parity, highest_wasted_bytes=1), "highest-wasted-bytes")
        assert found.measured is not None
        assert sum(offence.size for offence in found.offences) == found.measured.value == 32_025
        assert [offence.what for offence in found.offences] == [
            "/root/example/somefile1.txt",
            "/root/saved.txt",
            "/root/example/somefile3.txt",
        ]


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


def test_removable_is_what_findings_call_dead_or_build_only(image: Analysis) -> None:
    removable = sum(finding.size for finding in image.findings if finding.confidence in ("dead", "build-only"))
    assert removable >= CACHE + DATA + REMOVED
    assert outcome(judged(image, max_waste=removable), "max-waste").status == "PASS"
    failed = outcome(judged(image, max_waste=removable - 1), "max-waste")
    assert failed.status == "FAIL"
    assert sum(offence.size for offence in failed.offences) == removable
    assert [offence.size for offence in failed.offences] == sorted((offence.size for offence in failed.offences), reverse=True)
    assert failed.offences[0].rule.startswith("LS2")


def test_the_largest_comes_first_with_the_layers_that_store_it(image: Analysis) -> None:
    failed = outcome(judged(image, max_shadowed=0), "max-shadowed")
    assert [(offence.what, offence.size, offence.layers[0]) for offence in failed.offences] == [
        ("/app/data", DATA, 2),
        ("/srv/removed", REMOVED, 0),
    ]
    assert failed.offences[0].instructions[0] == "COPY data /app/data"


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

    def test_what_grew_is_named(self, image: Analysis, grown: Analysis) -> None:
        failed = outcome(judged(grown, image, max_growth=0), "max-growth")
        assert sum(offence.size for offence in failed.offences) == 14_000
        assert 5 in failed.offences[0].layers

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


class TestForbidden:
    @pytest.mark.parametrize(
        "what", ["cache", "LS201", "ls2", "Go build cache", "component:go build*", "/root/.cache", "/root/**/ob*"]
    )
    def test_what_is_there_fails_however_it_is_called(self, what: str, image: Analysis) -> None:
        failed = outcome(judged(image, forbid=[what]), f"forbid:{what}")
        assert failed.status == "FAIL"
        assert failed.measured is not None
        assert CACHE in [offence.size for offence in failed.offences]
        assert sum(offence.size for offence in failed.offences) == failed.measured.value

    @pytest.mark.parametrize("what", ["toolchain", "LS101", "LS8", "component:gcc*", "/nowhere"])
    def test_what_is_not_there_passes(self, what: str, image: Analysis) -> None:
        assert outcome(judged(image, forbid=[what]), f"forbid:{what}").status == "PASS"

    def test_what_a_later_layer_deletes_is_still_there(self, image: Analysis) -> None:
        failed = outcome(judged(image, forbid=["/srv/removed", "LS401"]), "forbid:/srv/removed")
        assert [offence.size for offence in failed.offences] == [REMOVED]
        found = outcome(judged(image, forbid=["LS401"]), "forbid:LS401")
        assert [offence.size for offence in found.offences] == [REMOVED]

    def test_a_base_is_allowed_to_be_a_base(self, image: Analysis) -> None:
        assert BASE < STORED
        assert said(judged(image, forbid=["toolchain", "dev-dependency"]))["forbid:toolchain"] == "PASS"

    def test_categories_of_a_real_image_add_up(self) -> None:
        analysis = demo("fat")
        rows = analysis.attribution.sizes
        stored = sum(row.stored for row in rows if analysis.attribution.components[row.component].category == "toolchain")
        failed = outcome(judged(analysis, forbid=["toolchain"]), "forbid:toolchain")
        assert failed.measured is not None
        assert failed.measured.value == stored > 100_000_000
        assert len(failed.offences) == min(failed.offence_count, OFFENCES_KEPT)


class TestSecrets:
    def test_they_fail_without_being_asked_for(self, leaky: Analysis) -> None:
        failed = outcome(judged(leaky), "secrets")
        assert failed.status == "FAIL"
        assert {offence.rule for offence in failed.offences} == {"LS801", "LS810"}
        assert "abc123def456" not in repr(failed)

    def test_they_can_be_switched_off(self, leaky: Analysis) -> None:
        assert outcome(judged(leaky, secrets=False), "secrets").status == "SKIP"

    def test_one_is_ignored_by_its_rule_or_its_path_and_the_other_still_fails(self, leaky: Analysis) -> None:
        for what in ("LS801", "/app/.env", "dotenv"):
            failed = outcome(judged(leaky, ignore=[{"what": what, "reason": "a dummy"}]), "secrets")
            assert [offence.rule for offence in failed.offences] == ["LS810"]
        assert outcome(judged(leaky, ignore=[{"what": "LS8", "reason": "dummies"}]), "secrets").status == "PASS"

    def test_an_image_without_any_passes(self, image: Analysis) -> None:
        assert outcome(judged(image), "secrets").status == "PASS"


class TestIgnoring:
    @pytest.mark.parametrize("what", ["/app/data", "/app/*", "/app"])
    def test_paths_count_no_longer_as_shadowed_and_what_is_covered_is_said(self, what: str, image: Analysis) -> None:
        verdict = judged(image, max_shadowed=REMOVED, ignore=[{"what": what, "reason": "known"}])
        assert outcome(verdict, "max-shadowed").status == "PASS"
        assert verdict.notices == (f"settings: the ignore of {what} covers {units.size(2 * DATA)} (known)",)

    @pytest.mark.parametrize("what", ["LS201", "Go build cache", "/root/.cache", "cache"])
    def test_findings_count_no_longer_as_removable(self, what: str, image: Analysis) -> None:
        before = outcome(judged(image, max_waste=0), "max-waste").measured
        verdict = judged(image, max_waste=0, ignore=[{"what": what, "reason": "known"}])
        after = outcome(verdict, "max-waste").measured
        assert before is not None
        assert after is not None
        assert before.value - after.value == CACHE
        assert list(verdict.ignored.values()) == ["known"]

    def test_nor_as_forbidden(self, image: Analysis) -> None:
        ignore = [{"what": "/root/.cache/go-build", "reason": "known"}]
        assert outcome(judged(image, forbid=["cache"], ignore=ignore), "forbid:cache").status == "PASS"

    def test_sizes_and_dives_numbers_stay_what_they_are(self, image: Analysis) -> None:
        ignore = [{"what": "/app", "reason": "known"}]
        verdict = judged(image, max_size=STORED - 1, highest_wasted_bytes=1, ignore=ignore)
        assert said(verdict)["max-size"] == said(verdict)["highest-wasted-bytes"] == "FAIL"

    def test_a_rule_of_the_gate_is_skipped_with_the_reason(self, image: Analysis) -> None:
        ignore = [{"what": "max-size", "reason": "until the rewrite", "until": date(2026, 12, 31)}]
        skipped = outcome(judged(image, max_size=1, ignore=ignore), "max-size")
        assert skipped.status == "SKIP"
        assert skipped.sentence == "ignored until 2026-12-31: until the rewrite"

    def test_that_everything_was_read_cannot_be_ignored(self, image: Analysis) -> None:
        damaged = replace(image, problems=("layer 1: cut off",))
        verdict = judged(damaged, ignore=[{"what": "readable", "reason": "no"}])
        assert said(verdict)["readable"] == "FAIL"
        assert "PASS" not in said(verdict).values()
        assert not verdict.passed

    def test_the_last_day_counts_and_the_day_after_it_fails_and_says_so(self, image: Analysis) -> None:
        def on(day: date) -> tuple[str, tuple[str, ...]]:
            table = {"forbid": ["cache"], "ignore": [{"what": "LS201", "reason": "known", "until": date(2026, 6, 1)}]}
            verdict = check(image, defaults(from_table(table, "gate.toml")), day)
            return said(verdict)["forbid:cache"], verdict.notices

        covers = "gate.toml: the ignore of LS201 covers 40 kB until 2026-06-01 (known)"
        assert on(date(2026, 6, 1)) == ("PASS", (covers,))
        status, notices = on(date(2026, 6, 2))
        assert status == "FAIL"
        assert notices == ("gate.toml: the ignore of LS201 expired on 2026-06-01 and no longer ignores anything (known)",)

    def test_an_ignore_of_nothing_is_said(self, image: Analysis) -> None:
        verdict = judged(image, ignore=[{"what": "LS101", "reason": "known"}])
        assert verdict.notices == ("settings: the ignore of LS101 matches nothing in this image",)


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
