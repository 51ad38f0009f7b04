"""Every key of the app is told, and does something."""

import re

import pytest
from textual.binding import Binding
from textual.widget import Widget

from layerscope.tui.app import LayerscopeApp
from layerscope.tui.keys import KeyBar
from layerscope.tui.screens.compare import CompareScreen
from layerscope.tui.screens.dialogs import AskPath, Confirm, Page
from layerscope.tui.screens.images import AskImage, ChooserScreen
from layerscope.tui.screens.loading import LoadingScreen
from layerscope.tui.screens.main import MainScreen
from layerscope.tui.screens.views import ViewsScreen
from layerscope.tui.widgets.lists import ComponentGaps, Components, ConfigPairs, Findings, Layers
from layerscope.tui.widgets.pages import ImpactPage, Plan
from layerscope.tui.widgets.trees.compared_tree import ComparedTree
from layerscope.tui.widgets.trees.path_filter import PathFilter
from layerscope.tui.widgets.trees.rows import Rows
from layerscope.tui.widgets.trees.tree import Tree
from layerscope.tui.widgets.trees.tree_rows import TreeRows
from tests.support.analyses import go_image
from tests.support.pilots import app_for, main_screen

OWNERS = (LayerscopeApp, ViewsScreen, MainScreen, CompareScreen, LoadingScreen, ChooserScreen, AskImage, AskPath, Confirm)
EVERY_KEY = [(owner, key) for owner in (*OWNERS, Page, Rows, TreeRows) for key in vars(owner)["BINDINGS"]]
PANES = (Layers, Components, Findings, Plan, Tree, PathFilter, ComparedTree, ComponentGaps, ConfigPairs, ImpactPage)


@pytest.mark.parametrize(("owner", "key"), EVERY_KEY, ids=[key.id for _, key in EVERY_KEY])
def test_a_key_is_named_explained_and_bound_to_an_action_that_its_owner_has(owner: type, key: Binding) -> None:
    assert key.id
    assert key.description
    assert key.tooltip
    where, _, action = re.sub(r"\(.*", "", key.action).rpartition(".")
    assert hasattr(LayerscopeApp if where == "app" else owner, f"action_{action}")


def test_no_two_keys_have_one_id() -> None:
    ids = [key.id for _, key in EVERY_KEY]
    assert sorted(ids) == sorted(set(ids))


@pytest.mark.parametrize("pane", PANES, ids=lambda pane: pane.__name__)
def test_every_pane_has_a_page_of_help(pane: type[Widget]) -> None:
    assert pane.HELP
    assert pane.HELP.startswith("## Filter\n\n" if pane is PathFilter else f"## {pane.BINDING_GROUP_TITLE}\n\n")


async def test_the_bar_begins_with_what_is_used_most() -> None:
    app = app_for(go_image())
    async with app.run_test(size=(120, 36)) as pilot:
        screen = await main_screen(pilot)
        labels = [key.description for key in screen.query_one(KeyBar).query("FooterKey")]
        assert labels[:5] == ["Filter", "Why", "Dockerfile", "Compare", "Export"]
