"""The page on two images says what the JSON document says."""

import pytest

from layerscope.comparison.compare import compare
from layerscope.core.units import signed
from layerscope.report.comparison.document import document as pair_document
from layerscope.report.html import pair
from tests.support.analyses import go_image, lean_image
from tests.support.comparisons import demo_pair
from tests.support.pages import embedded, every, parsed, text


class TestPair:
    """The comparison's page."""

    def test_the_gap_is_explained_to_the_last_byte(self) -> None:
        comparison = compare(go_image(), lean_image())
        tree, facts = parsed(pair.render(comparison)), pair_document(comparison)
        paths, components = embedded(tree, "paths"), embedded(tree, "components")
        assert sum(components["change"]) == -comparison.gap
        assert sum(paths["change"]) - facts.paths.same.delta - facts.paths.shadowed.delta == -comparison.gap

    def test_the_largest_parts_are_of_the_gap_whichever_image_is_the_larger(self) -> None:
        forth, back = compare(go_image(), lean_image()), compare(lean_image(), go_image())
        sentences = [text(parsed(pair.render(comparison))) for comparison in (forth, back)]
        largest = forth.components[0]
        told = f"The largest parts of the gap are {largest.name} {largest.fat_version}".strip()
        assert f"{told} ({signed(-largest.gap)})" in sentences[0]
        assert f"{told} ({signed(largest.gap)})" in sentences[1]

    def test_its_rows_are_the_documents(self) -> None:
        comparison = compare(go_image(), lean_image())
        rows, facts = embedded(parsed(pair.render(comparison)), "paths"), pair_document(comparison).paths
        found = {(path, state) for path, state in zip(rows["path"], rows["state"], strict=True)}
        assert found == {
            *((row.path, "only in fat") for row in facts.only_fat),
            *((row.path, "only in lean") for row in facts.only_lean),
            *((row.source, "moved") for row in facts.moved),
            *((row.path, "changed") for row in facts.changed),
        }
        assert ("/etc/only-lean", "only in lean") in found

    def test_both_drawings_have_one_scale(self) -> None:
        drawings = [item for item in every(parsed(pair.render(demo_pair())), "svg") if "wide" in (item.get("class") or "")]
        areas = [
            sum(float(tile.get("width", 0)) * float(tile.get("height", 0)) for tile in every(drawing, "svg")[1:])
            for drawing in drawings
        ]
        stored = [side.sizes.stored for side in (demo_pair().fat, demo_pair().lean)]
        assert areas[1] / areas[0] == pytest.approx(stored[1] / stored[0], rel=0.02)

    def test_configuration_impact_and_what_is_left_are_there(self) -> None:
        said = text(parsed(pair.render(demo_pair())))
        for fact in (
            "ENV GOLANG_VERSION",
            "not set",
            "appuser",
            "pulled in all",
            "100 pods",
            "What the lean image still carries",
        ):
            assert fact in said

    def test_the_same_image_twice_is_said(self) -> None:
        said = text(parsed(pair.render(compare(go_image(), go_image()))))
        assert "both references name the same image" in said
        assert "The configuration is the same." in said
