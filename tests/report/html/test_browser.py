"""The HTML reports in a browser, as a person uses them. ``pytest -m browser`` runs these; they need Chromium and its driver.

Without them they are skipped; ``LAYERSCOPE_REQUIRE_BROWSER=1`` turns that into a failure.
"""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from layerscope.analysis import Analysis
from layerscope.comparison.compare import compare
from layerscope.core.names import absolute
from layerscope.layers.index import Kind
from layerscope.report.html import pair, single
from layerscope.report.html.table import STATIC_ROWS
from tests.support.analyses import go_image, lean_image
from tests.support.browser import browser, missing, requests
from tests.support.comparisons import demo, demo_pair
from tests.support.hostile import hostile
from tests.support.pages import by_id, every, parsed, text

if TYPE_CHECKING:
    from selenium.webdriver import Chrome
    from selenium.webdriver.remote.webelement import WebElement

pytestmark = [
    pytest.mark.browser,
    pytest.mark.filterwarnings("default"),  # the driver's own
]
FILES = "#table-files"
SECONDS = 20


@pytest.fixture(scope="module")
def chromium() -> Iterator["Chrome"]:
    if problem := missing():
        if os.environ.get("LAYERSCOPE_REQUIRE_BROWSER") == "1":
            pytest.fail(problem)
        pytest.skip(problem)
    with browser() as driver:
        yield driver


@pytest.fixture(scope="module")
def fat() -> Analysis:
    return demo("fat")


@pytest.fixture(scope="module")
def saved(fat: Analysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(single.render(fat), "utf-8")
    return path


@pytest.fixture
def report(chromium: "Chrome", saved: Path) -> Iterator["Chrome"]:
    """The demo's report, just opened; nothing may be on the console and nothing asked of the network when it is left."""
    chromium.get(saved.as_uri())
    yield chromium
    assert chromium.get_log("browser") == []
    assert requests(chromium) == [saved.as_uri()]


def one(driver: "Chrome", selector: str) -> "WebElement":
    return driver.find_element("css selector", selector)


def column(driver: "Chrome", table: str, number: int) -> list[str]:
    """The cells of a column that are on show, from the top."""
    script = "return [...document.querySelectorAll(arguments[0])].map((cell) => cell.textContent)"
    return list(driver.execute_script(script, f"{table} tbody td:nth-child({number})"))


def until(driver: "Chrome", condition: Callable[[], bool]) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(driver, SECONDS, 0.05).until(lambda _: condition())


def found(driver: "Chrome", table: str = FILES) -> str:
    return one(driver, f"{table} .found").text


def test_what_the_script_shows_is_what_the_page_said_without_it(report: "Chrome", saved: Path) -> None:
    shows_what_is_written(report, saved, "files", "components", "needs")


def test_changes_between_two_images_are_shown_with_their_signs(chromium: "Chrome", tmp_path: Path) -> None:
    path = tmp_path / "pair.html"
    path.write_text(pair.render(demo_pair()), "utf-8")
    chromium.get(path.as_uri())
    shows_what_is_written(chromium, path, "components", "paths")
    assert {change[0] for change in column(chromium, "#table-components", 7)} == {"−", "+"}
    assert found(chromium, "#table-components").endswith("rows, −866 MB")
    assert chromium.get_log("browser") == []
    assert requests(chromium) == [path.as_uri()]


def shows_what_is_written(driver: "Chrome", path: Path, *tables: str) -> None:
    """The rows on show are, cell by cell and with what a pointer is told, those that stand in the file."""
    tree = parsed(path.read_text("utf-8"))
    for name in tables:
        rows = every(every(by_id(tree, f"table-{name}"), "tbody")[0], "tr")
        written = [[[text(cell), cell.get("title", "")] for cell in every(row, "td")] for row in rows]
        cells = "[...row.cells].map((cell) => [cell.textContent.trim(), cell.title])"
        script = f"return [...document.querySelectorAll(arguments[0])].map((row) => {cells})"
        assert driver.execute_script(script, f"#table-{name} tbody tr") == written


def test_a_search_leaves_the_rows_that_match(report: "Chrome", fat: Analysis) -> None:
    one(report, f"{FILES} [name=search]").send_keys("usr/local/go/bin")
    until(report, lambda: not found(report).startswith("28,729"))
    paths = column(report, FILES, 1)
    kinds = fat.filesystem.kinds
    expected = {path for path, entry in fat.filesystem.visible.items() if kinds[entry] != Kind.DIRECTORY}
    assert set(paths) == {absolute(path) for path in expected if b"usr/local/go/bin" in path}
    assert found(report).startswith(f"{len(paths)} of 28,729 rows")


def test_a_regular_expression_is_one_and_half_of_one_is_no_error(report: "Chrome") -> None:
    one(report, f"{FILES} [name=regex]").click()
    search = one(report, f"{FILES} [name=search]")
    search.send_keys("^/usr/bin/(gcc|g")
    until(report, lambda: found(report) == "That is no regular expression yet.")
    assert search.get_attribute("aria-invalid") == "true"
    search.send_keys(r"\+\+)-12$")
    until(report, lambda: search.get_attribute("aria-invalid") is None)
    assert set(column(report, FILES, 1)) == {"/usr/bin/gcc-12", "/usr/bin/g++-12"}


def test_a_click_sorts_and_says_so(report: "Chrome") -> None:
    head = one(report, f"{FILES} th[data-key=path]")
    assert one(report, f"{FILES} th[data-key=size]").get_attribute("aria-sort") == "descending"
    head.find_element("css selector", "button").click()
    assert head.get_attribute("aria-sort") == "ascending"
    assert one(report, f"{FILES} th[data-key=size]").get_attribute("aria-sort") is None
    rising = column(report, FILES, 1)
    assert rising == sorted(rising)
    head.find_element("css selector", "button").click()
    assert head.get_attribute("aria-sort") == "descending"
    falling = column(report, FILES, 1)
    assert falling == sorted(falling, reverse=True)
    assert falling[0] > rising[-1]


def test_the_keyboard_sorts_as_well(report: "Chrome") -> None:
    from selenium.webdriver.common.keys import Keys

    button = one(report, "#table-components th[data-key=files] button")
    report.execute_script("arguments[0].focus()", button)
    report.switch_to.active_element.send_keys(Keys.ENTER)
    counts = [int(count.replace(",", "")) for count in column(report, "#table-components", 6)]
    assert counts == sorted(counts, reverse=True)


def test_a_category_is_filtered_and_pages_are_turned(report: "Chrome") -> None:
    from selenium.webdriver.support.ui import Select

    Select(one(report, f"{FILES} select[name=category]")).select_by_value("cache")
    assert set(column(report, FILES, 3)) == {"cache"}
    first = column(report, FILES, 1)
    assert len(first) == STATIC_ROWS
    one(report, f"{FILES} [name=next]").click()
    second = column(report, FILES, 1)
    assert not set(first) & set(second)
    assert one(report, f"{FILES} .pager .page").text.startswith(f"{STATIC_ROWS + 1}–")
    one(report, f"{FILES} [name=back]").click()
    assert column(report, FILES, 1) == first


def test_the_theme_is_toggled(report: "Chrome") -> None:
    def ground() -> str:
        return str(report.execute_script("return getComputedStyle(document.body).backgroundColor"))

    before, button = ground(), one(report, "#theme")
    said = button.text
    button.click()
    assert ground() != before
    assert button.text != said
    button.click()
    assert ground() == before


@pytest.mark.parametrize("allowed", [True, False], ids=["clipboard", "no clipboard API"])
def test_the_dockerfile_is_copied(report: "Chrome", fat: Analysis, allowed: bool) -> None:
    if allowed:
        permissions = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        report.execute_cdp_cmd("Browser.grantPermissions", permissions)
    else:
        report.execute_script("Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true })")
    button = one(report, "#copy")
    button.click()
    until(report, lambda: button.text == "Copied")
    report.execute_script(
        "const area = document.createElement('textarea'); area.id = 'pasted'; document.body.append(area); area.focus()"
    )
    report.execute_cdp_cmd(
        "Input.dispatchKeyEvent", {"type": "keyDown", "key": "v", "code": "KeyV", "modifiers": 2, "commands": ["paste"]}
    )
    pasted = one(report, "#pasted")
    until(report, lambda: bool(pasted.get_property("value")))
    assert pasted.get_property("value") == fat.recommendation.dockerfile


def test_on_paper_everything_is_open_and_no_control_is_left(report: "Chrome") -> None:
    report.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        report.execute_script("dispatchEvent(new Event('beforeprint'))")
        assert report.execute_script("return document.querySelectorAll('details:not([open])').length") == 0
        for selector in ("#theme", "#copy", ".tools", ".contents"):
            assert not one(report, selector).is_displayed()
        assert one(report, "#findings").is_displayed()
    finally:
        report.execute_script("dispatchEvent(new Event('afterprint'))")
        report.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("width", [360, 768, 1600])
def test_no_width_makes_the_page_scroll_sideways(report: "Chrome", width: int) -> None:
    metrics = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
    report.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        assert report.execute_script("return document.documentElement.scrollWidth") == width
    finally:
        report.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.mark.parametrize("which", ["hostile", "pair", "hostile pair"])
def test_other_pages_open_as_quietly(chromium: "Chrome", tmp_path: Path, which: str) -> None:
    makers = {
        "hostile": lambda: single.render(hostile()),
        "pair": lambda: pair.render(compare(go_image(), lean_image())),
        "hostile pair": lambda: pair.render(compare(hostile(), lean_image())),
    }
    path = tmp_path / "page.html"
    path.write_text(makers[which](), "utf-8")
    chromium.get(path.as_uri())
    assert one(chromium, "#theme").is_displayed()
    assert chromium.get_log("browser") == []
    assert requests(chromium) == [path.as_uri()]
