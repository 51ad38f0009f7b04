"""What people name to forbid or ignore it."""

import pytest

from layerscope.analysis import Analysis
from layerscope.checking.selectors import entries_of, parse_selector


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Toolchain", "category", "toolchain"),
        ("ls8", "rule", "LS8"),
        ("component:GCC-*", "component", "gcc-*"),
        ("/srv/**", "path", "/srv/**"),
    ],
)
def test_a_name_says_what_it_selects(text: str, kind: str, value: str) -> None:
    selector = parse_selector(text)
    assert (selector.kind, selector.value, selector.text) == (kind, value, text)


@pytest.mark.parametrize("text", ["LS9999", "LSx", "component:", "toolchian", ""])
def test_a_name_of_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no category, rule or component"):
        parse_selector(text)


def test_a_near_miss_is_named() -> None:
    with pytest.raises(ValueError, match="perhaps toolchain; "):
        parse_selector("toolchian")


def test_a_path_takes_itself_and_what_lies_below(image: Analysis) -> None:
    paths = image.filesystem.paths
    taken = entries_of(parse_selector("/srv"), image)
    assert taken == {entry for entry, path in enumerate(paths) if path == b"srv" or path.startswith(b"srv/")} != set()
