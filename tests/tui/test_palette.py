"""The command palette."""

from layerscope.tui.keys import keys
from layerscope.tui.palette import Actions
from tests.support.analyses import go_image
from tests.support.comparisons import demo_pair
from tests.support.pilots import app_for, compare_screen, main_screen, pair_app


async def test_every_action_of_the_main_screen_is_in_the_command_palette():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        offered = {binding.id for _, binding in Actions(screen)._bindings()}
        expected = {key.id for owner in ("views", "main", "tree", "rows") for key in keys(owner)}
        assert expected <= offered
        hits = [hit async for hit in Actions(screen).search("extract")]
        assert hits
        assert [str(hit.match_display) async for hit in Actions(screen).search("only paths that match")] == ["Filter"]


async def test_every_action_of_the_compare_screen_is_in_the_command_palette():
    app = pair_app(demo_pair())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await compare_screen(pilot)
        offered = {binding.id for _, binding in Actions(screen)._bindings()}
        expected = {key.id for owner in ("views", "compare", "tree", "rows") for key in keys(owner)}
        assert expected <= offered


async def test_no_entry_of_the_command_palette_says_anything_twice():
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        entries = [(hit.text, str(hit.help)) async for hit in Actions(screen).discover()]
        entries += [(command.title, command.help) for command in app.get_system_commands(screen)]
        assert [title for title, told in entries if told in title] == []
        names = [title for title, _ in entries]
        assert [names.count(name) for name in ("Theme", "Quit", "Help", "Keys")] == [1, 1, 1, 0]
