"""A comparison row by row."""

from layerscope.report.comparison.sections import sections
from tests.support.comparisons import demo_pair
from tests.support.pilots import compare_screen, lines, pair_app, settled
from tests.support.snapshots import shown


async def test_changes_are_written_as_in_the_reports():
    told = next(section for section in sections(demo_pair()) if section.title == "Its largest parts")
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        for line, (name, *_, change) in zip(lines(screen.gaps, 100), told.rows[:15], strict=False):
            assert name in line
            assert line[21:30].strip() == change
        screen.action_view("impact")
        await settled(pilot)
        assert "−86.6 GB" in "\n".join(shown(app.export_screenshot()))
