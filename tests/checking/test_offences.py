"""What makes a rule fail is named: the largest first, each with its bytes and the layers that store it."""

import pytest

from layerscope.analysis import Analysis
from layerscope.checking.model import OFFENCES_KEPT
from tests.support.comparisons import demo
from tests.support.gate import BASE, CACHE, DATA, REMOVED, STORED, judged, outcome, said


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


def test_what_is_to_blame_adds_up_to_what_dive_counts(parity: Analysis) -> None:
    found = outcome(judged(parity, highest_wasted_bytes=1), "highest-wasted-bytes")
    assert found.measured is not None
    assert sum(offence.size for offence in found.offences) == found.measured.value == 32_025
    assert [offence.what for offence in found.offences] == [
        "/root/example/somefile1.txt",
        "/root/saved.txt",
        "/root/example/somefile3.txt",
    ]


def test_what_grew_is_named(image: Analysis, grown: Analysis) -> None:
    failed = outcome(judged(grown, image, max_growth=0), "max-growth")
    assert sum(offence.size for offence in failed.offences) == 14_000
    assert 5 in failed.offences[0].layers


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
