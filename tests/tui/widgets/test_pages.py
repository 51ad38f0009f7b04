"""Pages that scroll."""

from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from layerscope.advice.model import Recommendation
from layerscope.report.comparison.sections import Section
from layerscope.tui.widgets.pages import copies, dockerfile, summary, table
from tests.support.analyses import go_image


def drawn(content: Table) -> str:
    console = Console(width=100, color_system=None)
    with console.capture() as capture:
        console.print(content)
    return capture.get()


def plan() -> Recommendation:
    return go_image().recommendation


def test_the_dockerfile_is_shown_line_by_line_its_instructions_bold_and_its_comments_dim() -> None:
    text = dockerfile("# why\nFROM scratch\nCOPY a \\\n  b\n")
    assert text.plain == "# why\nFROM scratch\nCOPY a \\\n  b"
    styles = {text.plain[span.start : span.end]: str(span.style) for span in text.spans if span.style}
    assert styles["# why"] == "italic dim"
    assert styles["FROM"] == styles["COPY"] == "bold"


def test_what_could_act_on_a_terminal_is_escaped_in_the_dockerfile() -> None:
    assert dockerfile("CMD \x1b[31m").plain == "CMD \\x1b[31m"


def test_a_copy_has_its_bytes_and_its_reason() -> None:
    text = drawn(copies(plan()))
    assert "7.4 MB" in text
    assert "/app/server" in text


def test_the_summary_names_sizes_and_base() -> None:
    text = drawn(summary(go_image()))
    assert text.strip().startswith("size  189 MB → 7.4 MB")
    unbound = replace(go_image(), recommendation=replace(plan(), lower_bound=True))
    assert "at most" in drawn(summary(unbound))


def test_the_columns_of_a_section_are_aligned_by_its_head() -> None:
    made = table(Section("Impact", "|>fat|`path", (("x", "1", "/a"),)))
    assert [str(column.header) for column in made.columns] == ["", "fat", "path"]
    assert [column.justify for column in made.columns] == ["left", "right", "left"]
