"""Long tables: what stands in the page, what is embedded, and how values are written."""

from types import SimpleNamespace

import pytest

from layerscope.core.units import size
from layerscope.report.html import single
from layerscope.report.html.table import STATIC_ROWS, Kind, Table, column, largest
from tests.support.analyses import go_image
from tests.support.pages import embedded, parsed, text

ROWS = [SimpleNamespace(path=f"/{number}", change=(-1) ** number * number) for number in range(300)]


def table(order: str = "") -> Table:
    columns = (column(ROWS, "path", "code"), column(ROWS, "change", "change", label="by"))
    return Table("paths", "Paths", columns, order)


def test_the_first_rows_are_the_largest_by_amount_whatever_the_sign() -> None:
    assert table("change").first_rows() == list(range(299, 299 - STATIC_ROWS, -1))


def test_without_an_order_the_first_rows_are_the_first() -> None:
    assert table().first_rows() == list(range(STATIC_ROWS))


def test_a_column_is_an_attribute_of_each_row_and_is_called_so_unless_it_has_a_label() -> None:
    path, change = table().columns
    assert (path.label, path.values[:2], change.label, change.values[:2]) == ("path", ["/0", "/1"], "by", [0, -1])


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("count", 1234, "1,234"),
        ("bytes", 1234, "1.23 kB"),
        ("change", -1234, "−1.23 kB"),
        ("share", 1234, "12.3 %"),
        ("text", "os", "os"),
    ],
)
def test_a_value_is_written_by_its_kind(kind: Kind, value: int | str, shown: str) -> None:
    written = column([value], "x", kind, lambda row: row, whole=10_000)
    assert written.shown(0) == shown
    assert written.is_number == isinstance(value, int)


def test_rows_that_fit_are_all_there_as_they_were() -> None:
    assert largest([3, 1, 2], lambda row: row) == ([3, 1, 2], "")


def test_of_more_files_than_a_page_holds_the_rest_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layerscope.report.html.table.ROWS_EMBEDDED", 10)
    analysis = go_image()
    tree = parsed(single.render(analysis))
    files = embedded(tree, "files")["size"]
    rest = analysis.sizes.stored - sum(files)
    assert len(files) == 10
    assert f"smaller rows, {size(rest)} together, are left out." in text(tree)
