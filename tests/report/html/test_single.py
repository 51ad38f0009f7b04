"""The page on one image says what the JSON document says."""

import json

import pytest
from msgspec.structs import replace

from layerscope.advice.remarks import Code, Remark
from layerscope.analysis import Analysis
from layerscope.core.names import absolute
from layerscope.core.units import size
from layerscope.layers.index import Kind
from layerscope.report.document import document
from layerscope.report.html import single
from layerscope.report.html.table import STATIC_ROWS
from layerscope.report.wording import headline
from tests.support.analyses import go_image
from tests.support.comparisons import demo
from tests.support.pages import by_id, embedded, every, parsed, text


@pytest.fixture(scope="module")
def reported() -> tuple[Analysis, str]:
    analysis = demo("fat")
    return analysis, single.render(analysis)


class TestWhatItSays:
    """The numbers of the JSON document, and its words."""

    def test_the_answer_comes_first(self, reported: tuple[Analysis, str]) -> None:
        analysis, page = reported
        tree = parsed(page)
        assert text(every(tree, "h1")[0]) == "demo:fat"
        (answer,) = [text(element) for element in every(tree, "p") if element.get("class") == "answer"]
        assert answer == headline(analysis).replace(": ", " ")

    def test_every_part_of_the_document_is_there(self, reported: tuple[Analysis, str]) -> None:
        analysis, page = reported
        said, facts = text(parsed(page)), document(analysis)
        plan = facts.recommendation
        wanted = [
            f"{count:,}" for count in (facts.sizes.live, facts.sizes.shadowed, facts.sizes.uncompressed, plan.predicted_size)
        ]
        wanted += [layer.instruction for layer in facts.layers]
        wanted += [line for finding in facts.findings for line in (finding.title, finding.remedy, *finding.evidence)]
        wanted += [line for copy in plan.copies for line in (copy.source, copy.because)]
        wanted += [line for other in plan.alternatives for line in (other.base, *other.gains, *other.loses)]
        wanted += [
            f"efficiency {facts.dive.efficiency:.4f}",
            f"wasted {size(facts.dive.wasted_bytes)}",
            *plan.dockerfile.split("\n"),
        ]
        assert [line for line in wanted if " ".join(line.split()) not in said] == []

    def test_the_components_are_the_documents(self, reported: tuple[Analysis, str]) -> None:
        analysis, page = reported
        rows, facts = embedded(parsed(page), "components"), document(analysis).attribution
        assert rows["component"] == [f"{row.component} {row.version}".strip() for row in facts]
        assert rows["category"] == [row.category for row in facts]
        assert rows["size"] == [row.live + row.shadowed for row in facts]
        assert rows["shadowed"] == [row.shadowed for row in facts]
        assert rows["files"] == [row.files for row in facts]

    def test_the_files_are_all_files_and_all_bytes(self, reported: tuple[Analysis, str]) -> None:
        analysis, page = reported
        rows, filesystem = embedded(parsed(page), "files"), analysis.filesystem
        assert sum(rows["size"]) == analysis.sizes.stored
        assert (
            sum(count for count, state in zip(rows["size"], rows["state"], strict=True) if state == "live")
            == analysis.sizes.live
        )
        kinds = (Kind.DIRECTORY, Kind.WHITEOUT, Kind.OPAQUE)
        paths = [absolute(path) for path, kind in zip(filesystem.paths, filesystem.kinds, strict=True) if kind not in kinds]
        assert rows["path"] == sorted(paths)
        by_category: dict[str, int] = {}
        for category, count in zip(rows["category"], rows["size"], strict=True):
            by_category[category] = by_category.get(category, 0) + count
        for row in document(analysis).attribution:
            by_category[row.category] -= row.live + row.shadowed
        assert set(by_category.values()) == {0}

    def test_without_javascript_the_largest_files_are_there(self, reported: tuple[Analysis, str]) -> None:
        analysis, page = reported
        table = by_id(parsed(page), "table-files")
        rows = [[text(cell) for cell in every(row, "td")] for row in every(every(table, "tbody")[0], "tr")]
        assert len(rows) == STATIC_ROWS
        largest = sorted(analysis.filesystem.sizes, reverse=True)[:STATIC_ROWS]
        assert [row[1] for row in rows] == [size(count) for count in largest]

    def test_a_dockerfile_is_copied_as_a_builder_gets_it(self, reported: tuple[Analysis, str]) -> None:
        analysis, page = reported
        script = by_id(parsed(page), "dockerfile-text")
        assert json.loads(script.text or "") == analysis.recommendation.dockerfile

    def test_without_a_recommendation_it_says_why(self) -> None:
        analysis = go_image()
        plan = replace(
            analysis.recommendation,
            dockerfile="",
            copies=(),
            base=None,
            risks=(Remark(Code.START_UNKNOWN, "The entrypoint is not there."),),
        )
        said = text(parsed(single.render(replace(analysis, recommendation=plan))))
        assert "no smaller image is recommended" in said
        assert "Why not The entrypoint is not there." in said
        assert "Copy" not in said

    def test_parts_that_could_not_be_read_are_named_at_the_top(self) -> None:
        said = text(parsed(single.render(replace(go_image(), problems=("layer 3: it ends too early",)))))
        assert said.index("Parts of the image could not be read") < said.index("What the bytes are")
        assert "layer 3: it ends too early" in said

    def test_an_image_without_anything_has_a_page_too(self) -> None:
        analysis = go_image()
        runtime = replace(analysis.runtime, entrypoint=(), needs=(), programs=())
        said = text(parsed(single.render(replace(analysis, findings=(), runtime=runtime))))
        assert "Nothing that the program can do without was found." in said
        assert "Nothing could be traced from the entrypoint." in said
