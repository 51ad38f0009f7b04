"""The file tree: what stands beside a name."""

from tests.support.analyses import go_image
from tests.support.pilots import app_for, lines, main_screen, press


async def test_a_whiteout_is_marked_as_deleted():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        await press(pilot, "end")
        screen.file_tree.action_open_all()
        assert any(line.startswith("- ") and "pkgcache.bin deleted here" in line for line in lines(screen.file_tree))


async def test_what_the_recommendation_keeps_is_marked_in_the_tree():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        assert screen.file_tree.reveal(b"app/server")
        kept = [line for line in lines(screen.file_tree) if line.startswith("✓")]
        assert len(kept) == 1
        assert "server" in kept[0]
