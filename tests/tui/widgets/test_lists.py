"""The lists of an image and of a pair, row by row."""

from layerscope.report.comparison.sections import sections
from layerscope.tui.widgets.lists import ComponentGaps, Components
from tests.support.analyses import go_image
from tests.support.comparisons import demo, demo_pair
from tests.support.pilots import PaneApp, compare_screen, lines, pair_app, screen_text, settled


def test_categories_have_the_most_bytes_first_and_each_its_largest_components() -> None:
    rows = Components(go_image())
    sizes = [line.size for line in rows.items if line.component is None and not line.more]
    assert sizes == sorted(sizes, reverse=True)
    assert "Go toolchain" in "\n".join(lines(rows))


def test_every_byte_of_a_category_is_in_its_rows() -> None:
    rows = Components(demo("fat"))
    for category in {line.category for line in rows.items}:
        whole, *parts = [line.size for line in rows.items if line.category == category]
        assert whole == sum(parts)


async def test_enter_shows_all_components_of_a_category_and_only_the_largest_again() -> None:
    rows = Components(demo("fat"))
    async with PaneApp(rows).run_test():
        before = list(rows.items)
        shortened = next(line.category for line in rows.items if line.more)
        rows.cursor = next(at for at, line in enumerate(rows.items) if line.category == shortened)
        category = rows.item.category
        rows.action_choose()
        assert rows.item.category == category
        assert len(rows.items) > len(before)
        assert not any(line.more for line in rows.items if line.category == category)
        rows.action_choose()
        assert rows.items == before


async def test_changes_are_written_as_in_the_reports():
    told = next(section for section in sections(demo_pair()) if section.title == "Its largest parts")
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        for line, (name, *_, change) in zip(lines(screen.query_one(ComponentGaps), 100), told.rows[:15], strict=False):
            assert name in line
            assert line[21:30].strip() == change
        screen.action_view("impact")
        await settled(pilot)
        assert "−86.6 GB" in screen_text(app)
