"""Layers stacked by the OCI rules; an independent, naive model applies them one by one as an oracle."""

import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.filesystem.merged import Filesystem
from tests.support.archives import layer_tar, link
from tests.support.layers import stacked


def shown(filesystem: Filesystem) -> dict[str, int]:
    """The final filesystem's names that are not directories, each with the layer that it comes from."""
    from layerscope.layers.index import Kind

    return {
        path.decode(): filesystem.layers[entry]
        for path, entry in filesystem.visible.items()
        if filesystem.kinds[entry] != Kind.DIRECTORY
    }


def live_bytes(filesystem: Filesystem) -> int:
    return sum(size for size, live in zip(filesystem.sizes, filesystem.stored_live, strict=True) if live)


def test_a_later_layer_replaces_a_file() -> None:
    filesystem = stacked(layer_tar([("a", b"1"), ("b", b"22")]), layer_tar([("a", b"333")]))
    assert shown(filesystem) == {"a": 1, "b": 0}
    assert (live_bytes(filesystem), sum(filesystem.sizes)) == (5, 6)


def test_a_whiteout_removes_a_file_or_a_whole_directory_of_lower_layers() -> None:
    lower = layer_tar([("d/", None), ("d/x", b"1"), ("d/e/y", b"2"), ("f", b"3"), ("da", b"4")])
    assert shown(stacked(lower, layer_tar([(".wh.d", b""), (".wh.f", b"")]))) == {"da": 0}


def test_a_whiteout_does_not_touch_its_own_layer_in_any_order() -> None:
    lower = layer_tar([("d/old", b"1")])
    for entries in ([(".wh.d", b""), ("d/new", b"2")], [("d/new", b"2"), (".wh.d", b"")]):
        assert shown(stacked(lower, layer_tar(entries))) == {"d/new": 1}


def test_an_opaque_directory_hides_what_lower_layers_put_into_it() -> None:
    lower = layer_tar([("d/old", b"1"), ("d/e/older", b"2"), ("other", b"3")])
    upper = layer_tar([("d/", None), ("d/new", b"4"), ("d/.wh..wh..opq", b"")])
    assert shown(stacked(lower, upper)) == {"d/new": 1, "other": 0}


def test_a_directory_replaced_by_a_file_or_a_link_loses_its_children() -> None:
    lower = layer_tar([("d/", None), ("d/x", b"1" * 150_000)])
    assert shown(stacked(lower, layer_tar([("d", b"file")]))) == {"d": 1}
    assert shown(stacked(lower, layer_tar([link("d", "elsewhere")]))) == {"d": 1}


def test_a_file_replaced_by_a_directory_is_gone() -> None:
    lower = layer_tar([("d", b"file")])
    assert shown(stacked(lower, layer_tar([("d/", None), ("d/x", b"1")]))) == {"d/x": 1}
    assert shown(stacked(lower, layer_tar([("d/x", b"1")]))) == {"d/x": 1}


def test_what_a_replaced_directory_held_stays_gone_when_a_directory_comes_back() -> None:
    layers = [layer_tar([("d/x", b"1")]), layer_tar([("d", b"file")]), layer_tar([("d/", None), ("d/y", b"2")])]
    assert shown(stacked(*layers)) == {"d/y": 2}


def test_of_a_name_that_occurs_twice_in_a_layer_the_last_counts() -> None:
    filesystem = stacked(layer_tar([("a", b"first"), ("a", b"second!")]))
    assert (live_bytes(filesystem), sum(filesystem.sizes)) == (7, 12)


def test_a_hard_link_keeps_content_alive_when_its_first_name_is_deleted() -> None:
    lower = layer_tar([("first", b"12345"), link("second", "first", tarfile.LNKTYPE)])
    filesystem = stacked(lower, layer_tar([(".wh.first", b"")]))
    assert shown(filesystem) == {"second": 0}
    assert live_bytes(filesystem) == 5


def test_a_hard_link_into_a_lower_layer_stores_nothing_and_keeps_it_alive() -> None:
    upper = layer_tar([link("second", "first", tarfile.LNKTYPE), (".wh.first", b"")])
    filesystem = stacked(layer_tar([("first", b"12345")]), upper)
    assert shown(filesystem) == {"second": 1}
    assert (live_bytes(filesystem), sum(filesystem.sizes)) == (5, 5)


def test_deleting_every_name_of_hard_linked_content_makes_it_dead() -> None:
    lower = layer_tar([("first", b"12345"), link("second", "first", tarfile.LNKTYPE)])
    assert live_bytes(stacked(lower, layer_tar([(".wh.first", b""), (".wh.second", b"")]))) == 0


def test_a_chmod_stores_the_file_again_and_only_the_lower_copy_is_shadowed() -> None:
    again = tarfile.TarInfo("tool")
    again.size, again.mode = 0, 0o755
    filesystem = stacked(layer_tar([("tool", b"x" * 1000)]), layer_tar([("tool", b"x" * 1000)]))
    assert sum(filesystem.sizes) - live_bytes(filesystem) == 1000


def test_rm_rf_in_a_later_layer_shadows_every_byte_below() -> None:
    lower = layer_tar([("cache/", None), *((f"cache/{number}", b"x" * 1000) for number in range(150))])
    filesystem = stacked(lower, layer_tar([(".wh.cache", b"")]))
    assert sum(filesystem.sizes) - live_bytes(filesystem) == 150_000


class TestLinks:
    def test_symbolic_links_are_followed_inside_the_image(self) -> None:
        filesystem = stacked(
            layer_tar(
                [link("bin", "usr/bin"), ("usr/bin/tool", b"1"), link("usr/bin/abs", "/bin/tool"), link("up", "../../bin")]
            )
        )
        tool = filesystem.visible[b"usr/bin/tool"]
        for path in (b"/bin/tool", b"bin/abs", b"up/tool", b"/usr/../bin/./tool"):
            assert filesystem.resolve(path) == tool
        assert filesystem.resolve(b"bin", follow_last=False) == filesystem.visible[b"bin"]

    def test_a_circle_of_links_leads_nowhere(self) -> None:
        assert stacked(layer_tar([link("a", "b"), link("b", "a")])).resolve(b"a/x") is None

    def test_a_missing_path_leads_nowhere(self) -> None:
        assert stacked(layer_tar([("a", b"")])).resolve(b"b") is None


def test_twenty_thousand_files_and_four_hundred_whiteouts_need_no_restacking() -> None:
    lower = layer_tar([(f"d{number % 400}/{number}", b"x") for number in range(20_000)])
    uppers = [layer_tar([(f".wh.d{number}", b"") for number in range(start, start + 100)]) for start in range(0, 400, 100)]
    assert shown(stacked(lower, *uppers)) == {}


Model = dict[str, tuple[str, int]]


def apply_naively(model: Model, layer: int, entries: list[tuple[str, str]]) -> None:
    """Extracts one layer into ``model`` as a container engine does: deletions first, then entry by entry."""

    def remove(path: str, itself: bool = True) -> None:
        for known in [known for known in model if known.startswith(path + "/") or (itself and known == path)]:
            del model[known]

    for path, kind in entries:
        if kind in ("whiteout", "opaque"):
            remove(path, itself=kind == "whiteout")

    def make_directories(path: str) -> None:
        parts = path.split("/")
        for depth in range(1, len(parts)):
            above = "/".join(parts[:depth])
            if model.get(above, ("dir", 0))[0] != "dir":
                del model[above]
            model.setdefault(above, ("dir", layer))

    for path, kind in entries:
        if kind in ("whiteout", "opaque"):
            make_directories(path if kind == "whiteout" else path + "/.wh..wh..opq")
    for path, kind in entries:
        if kind in ("whiteout", "opaque"):
            continue
        make_directories(path)
        if kind == "dir":
            if model.get(path, ("dir", 0))[0] != "dir":
                del model[path]
            model[path] = ("dir", layer)
        else:
            remove(path)
            model[path] = ("file", layer)


path = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map("/".join)
entry = st.tuples(path, st.sampled_from(("file", "file", "file", "dir", "whiteout", "opaque")))
layers = st.lists(st.lists(entry, max_size=7, unique_by=lambda item: (item[0], item[1])), min_size=1, max_size=4)


def to_tar(entries: list[tuple[str, str]]) -> bytes:
    members: list[tuple[str, bytes | None]] = []
    for name, kind in entries:
        directory, _, base = name.rpartition("/")
        if kind == "whiteout":
            members.append((f"{directory}/.wh.{base}".lstrip("/"), b""))
        elif kind == "opaque":
            members.append((f"{name}/.wh..wh..opq", b""))
        else:
            members.append((name, None if kind == "dir" else b"x"))
    return layer_tar(members)


@given(layers=layers)
@settings(max_examples=200, deadline=None)
def test_any_stack_of_layers_comes_out_as_the_naive_model_says(layers: list[list[tuple[str, str]]]) -> None:
    model: Model = {}
    for number, entries in enumerate(layers):
        apply_naively(model, number, entries)
    expected = {name: layer for name, (kind, layer) in model.items() if kind == "file"}
    assert shown(stacked(*(to_tar(entries) for entries in layers))) == expected


@given(layers=layers)
@settings(max_examples=100, deadline=None)
def test_every_byte_is_live_or_shadowed_and_never_both(layers: list[list[tuple[str, str]]]) -> None:
    filesystem = stacked(*(to_tar(entries) for entries in layers))
    files = sum(kind == "file" for entries in layers for _, kind in entries)
    assert sum(filesystem.sizes) == files
    assert live_bytes(filesystem) == len(shown(filesystem))


@pytest.mark.parametrize("count", [1, 3])
def test_the_number_of_layers_does_not_matter_for_an_untouched_file(count: int) -> None:
    filesystem = stacked(layer_tar([("kept", b"12")]), *[layer_tar([("other", b"3")])] * count)
    assert shown(filesystem) == {"kept": 0, "other": count}
