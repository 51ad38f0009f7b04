"""The HTML report: one file that loads nothing, says what the JSON document says, and that no image can break."""

import hashlib
import re
from base64 import b64encode
from itertools import pairwise
from xml.etree.ElementTree import Element

import pytest

from layerscope.analysis import Analysis
from layerscope.comparison.compare import compare
from layerscope.core.names import absolute, printable
from layerscope.report.html import pair, single
from layerscope.report.wording import visible
from tests.support.analyses import HOSTILE, go_image, lean_image
from tests.support.comparisons import demo
from tests.support.hostile import ATTACK, hostile
from tests.support.pages import HTML, SVG, by_id, embedded, every, parsed, text

TWO_MEGABYTES = 2 * 1024 * 1024
LOADING = {"src", "srcset", "href", "{http://www.w3.org/1999/xlink}href", "action", "formaction", "data", "poster", "ping"}
FOREIGN = ("link", "img", "image", "iframe", "object", "embed", "base", "form", "audio", "video", "use", "foreignObject")


PAGES = {
    "tame": lambda: single.render(go_image()),
    "hostile": lambda: single.render(hostile()),
    "pair": lambda: pair.render(compare(go_image(), lean_image())),
    "hostile pair": lambda: pair.render(compare(hostile(), hostile())),
}


@pytest.fixture(scope="module", params=PAGES)
def page(request: pytest.FixtureRequest) -> str:
    return PAGES[request.param]()


@pytest.fixture(scope="module")
def reported() -> tuple[Analysis, str]:
    analysis = demo("fat")
    return analysis, single.render(analysis)


class TestOneFile:
    """Well-formed by the standard, and sealed: nothing is fetched, nothing is run but its own script."""

    def test_it_has_no_parse_error(self, page: str) -> None:
        assert page.startswith("<!DOCTYPE html>")
        assert parsed(page).tag == HTML + "html"

    def test_nothing_in_it_loads_anything(self, page: str) -> None:
        tree = parsed(page)
        for element in tree.iter():
            for name in LOADING & set(element.keys()):
                assert element.get(name, "").startswith("#"), (element.tag, element.attrib)
        assert not [name for name in FOREIGN if every(tree, name)]
        styles = "".join(style.text or "" for style in every(tree, "style"))
        assert not re.search(r"url\((?!#)|@import|expression\(", styles)
        assert "fetch(" not in page
        assert "XMLHttpRequest" not in page

    def test_its_policy_allows_its_own_style_and_script_alone(self, page: str) -> None:
        tree = parsed(page)
        (policy,) = [meta.get("content", "") for meta in every(tree, "meta") if meta.get("http-equiv")]
        allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
        assert allowed["default-src"] == "'none'"
        (style,), (script,) = every(tree, "style"), [item for item in every(tree, "script") if not item.get("type")]
        for kind, element in (("style-src", style), ("script-src", script)):
            digest = hashlib.sha256((element.text or "").encode()).digest()
            assert allowed[kind] == f"'sha256-{b64encode(digest).decode()}'"

    def test_no_attribute_is_code_or_style(self, page: str) -> None:
        names = {name for element in parsed(page).iter() for name in element.attrib}
        assert not {name for name in names if name.startswith("on") or name == "style"}


class TestAccessible:
    """What a screen reader and a keyboard need."""

    def test_it_has_language_title_landmarks_and_a_way_past_the_head(self, page: str) -> None:
        tree = parsed(page)
        assert tree.get("lang") == "en"
        assert text(every(tree, "title")[0])
        for landmark in ("header", "nav", "main", "footer"):
            assert len(every(tree, landmark)) == 1
        first = next(link for link in every(tree, "a"))
        assert by_id(tree, (first.get("href") or "").removeprefix("#")).tag == HTML + "main"

    def test_headings_are_in_order(self, page: str) -> None:
        levels = [int(element.tag[-1]) for element in parsed(page).iter() if re.fullmatch(r"h[1-6]", _local(element))]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(later - earlier <= 1 for earlier, later in pairwise(levels))

    def test_every_table_has_a_caption_and_heads(self, page: str) -> None:
        for table in every(parsed(page), "table"):
            assert text(every(table, "caption")[0])
            heads = every(table, "th")
            assert heads
            assert all(head.get("scope") in ("col", "row") for head in heads)
            assert all(text(head) for head in heads)

    def test_ids_are_unique_and_references_lead_somewhere(self, page: str) -> None:
        tree = parsed(page)
        ids = [name for element in tree.iter() if (name := element.get("id"))]
        assert len(ids) == len(set(ids))
        asked = {name for element in tree.iter() for name in (element.get("aria-labelledby") or "").split()}
        asked |= {link[1:] for element in every(tree, "a") if (link := element.get("href") or "").startswith("#")}
        assert asked <= set(ids)

    def test_the_first_order_of_a_table_is_told(self, page: str) -> None:
        tree = parsed(page)
        told = [head.get("data-key") for head in every(by_id(tree, "table-components"), "th") if head.get("aria-sort")]
        assert told in (["size"], ["change"])


def _local(element: Element) -> str:
    return element.tag.rpartition("}")[2]


class TestColours:
    """Contrast of text by WCAG 2: at least 4.5 to 1, in both themes and on every category."""

    css = every(parsed(single.render(go_image())), "style")[0].text or ""

    @pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
    @pytest.mark.parametrize("ground", ["page", "raised"])
    @pytest.mark.parametrize("ink", ["text", "muted", "link", "good", "warn"])
    def test_text_is_readable(self, theme: int, ground: str, ink: str) -> None:
        colours = dict(re.findall(r"--(\w+): light-dark\((.*?)\)", self.css))
        assert contrast(*(colours[name].split(", ")[theme] for name in (ink, ground))) >= 4.5

    def test_labels_on_every_category_are_readable(self) -> None:
        (ink,) = re.findall(r"--ink: (#\w+)", self.css)
        fills = dict(re.findall(r"\.f-([\w-]+) \{ fill: (#\w+); \}", self.css))
        assert len(fills) >= 11
        assert min(contrast(ink, fill) for fill in fills.values()) >= 4.5


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours (WCAG 2.2)."""
    lights = sorted(_luminance(colour) for colour in (one, other))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestHostile:
    """No name, no text from an image is anything but text."""

    def test_the_outline_is_that_of_a_tame_image(self) -> None:
        def outline(analysis: Analysis) -> list[str]:
            return [element.tag for element in parsed(single.render(analysis)).iter() if element.tag != SVG + "text"]

        assert outline(hostile()) == outline(hostile("a name\u202e"))

    @pytest.mark.parametrize("make", ["hostile", "hostile pair"])
    def test_the_attack_stands_there_as_text(self, make: str) -> None:
        tree = parsed(PAGES[make]())
        said = text(tree)
        assert " ".join(visible(ATTACK).split()) in said
        scripts = every(tree, "script")
        assert [script.get("type") for script in scripts].count(None) == 1
        assert not every(tree, "b") or all("http" not in text(bold) for bold in every(tree, "b"))

    def test_it_stands_in_attributes_titles_and_data_too(self) -> None:
        tree = parsed(single.render(hostile()))
        assert any(printable(ATTACK) in (title.text or "") for title in every(tree, "title"))
        assert any(code.get("title") == visible(ATTACK.replace("\n", " ")) for code in every(tree, "code"))
        assert printable(ATTACK) in " ".join(embedded(tree, "components")["component"])

    def test_hostile_paths_are_in_the_data_and_reversible(self) -> None:
        paths = embedded(parsed(single.render(go_image())), "files")["path"]
        assert {absolute(name) for name in HOSTILE} <= set(paths)

    def test_nothing_that_acts_on_a_screen_is_left(self, page: str) -> None:
        assert not set(page) & set("\x1b\x00\u202e\u2028\r")


class TestSize:
    """Under 2 MB for an image of 34 000 files."""

    def test_of_the_demo(self, reported: tuple[Analysis, str]) -> None:
        assert len(reported[1].encode()) < TWO_MEGABYTES

    def test_of_an_image_of_34_000_files_with_long_names(self) -> None:
        names = [hashlib.sha256(str(number).encode()).hexdigest() for number in range(34_000)]
        rows = [
            (
                f"usr/lib/node_modules/@scope-{name[:2]}/package-{name[2:5]}/dist/esm/{name[5:24]}.js".encode(),
                1000 + int(name[:5], 16),
            )
            for name in names
        ]
        analysis = go_image(rows)
        assert len(single.render(analysis).encode()) < TWO_MEGABYTES
        assert len(pair.render(compare(analysis, go_image())).encode()) < TWO_MEGABYTES
