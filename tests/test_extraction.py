"""`layerscope extract`: files and directories leave the image, and nothing else happens to the disk."""

import stat
import tarfile
from pathlib import Path

import pytest

from layerscope.__main__ import main
from tests.support.archives import docker_archive, layer_tar, link


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def special(name: str, type: bytes, mode: int = 0o644) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.mode = type, mode
    return info


@pytest.fixture
def image(tmp_path: Path) -> str:
    """Two layers: the second overwrites one file, deletes another, and has every odd thing below /odd."""
    setuid = tarfile.TarInfo("odd/setuid")
    setuid.mode = 0o4755
    below = layer_tar(
        [("etc/hosts", b"old"), ("etc/gone", b"gone"), ("etc/deep/er/file", b"deep"), ("bin/tool", b"\x7fELF" * 10)]
    )
    above = layer_tar(
        [
            ("etc/hosts", b"127.0.0.1 localhost\n"),
            ("etc/.wh.gone", b""),
            link("bin/sh", "tool"),
            link("bin/hard", "bin/tool", tarfile.LNKTYPE),
            link("etc/circle", "circle"),
            ("odd/", None),
            ("odd/file", b"content"),
            link("odd/same", "odd/file", tarfile.LNKTYPE),
            link("odd/inside", "file"),
            link("odd/sub/up", "../file"),
            link("odd/out", "../etc/hosts"),
            link("odd/absolute", "/etc/passwd"),
            link("odd/sub/here", "."),
            link("odd/sub/winding", "here/../../.."),
            setuid,
            special("odd/device", tarfile.CHRTYPE),
            special("odd/fifo", tarfile.FIFOTYPE),
            ("odd/\x1b[2J\nname", b"hostile"),
        ]
    )
    return f"docker-archive:{docker_archive(tmp_path / 'image.tar', [below, above])}"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current directory."""
    directory = tmp_path / "here"
    directory.mkdir()
    monkeypatch.chdir(directory)
    return directory


def test_a_file_gets_its_last_component_as_name(image: str, here: Path) -> None:
    assert main(["extract", image, "/etc/hosts"]) == 0
    assert (here / "hosts").read_bytes() == b"127.0.0.1 localhost\n"
    assert names(here) == ["hosts"]


def test_a_file_goes_to_standard_output(image: str, here: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["extract", image, "/etc/hosts", "-o", "-"]) == 0
    assert capfdbinary.readouterr().out == b"127.0.0.1 localhost\n"
    assert names(here) == []


def test_links_are_followed_inside_the_image(image: str, here: Path) -> None:
    assert main(["extract", image, "bin/sh"]) == 0
    assert main(["extract", image, "/bin/hard", "-o", "other"]) == 0
    assert (here / "sh").read_bytes() == (here / "other").read_bytes() == b"\x7fELF" * 10
    assert not (here / "sh").is_symlink()


def test_what_exists_is_kept_unless_forced(image: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "hosts").write_text("mine")
    assert main(["extract", image, "/etc/hosts"]) == 2
    assert (here / "hosts").read_text() == "mine"
    assert "exists" in capsys.readouterr().err
    assert main(["extract", image, "/etc/hosts", "--force"]) == 0
    assert (here / "hosts").read_bytes() == b"127.0.0.1 localhost\n"


def test_force_replaces_a_link_and_not_what_it_points_to(image: str, here: Path) -> None:
    (here / "precious").write_text("mine")
    (here / "hosts").symlink_to("precious")
    assert main(["extract", image, "/etc/hosts", "--force"]) == 0
    assert (here / "precious").read_text() == "mine"
    assert not (here / "hosts").is_symlink()


def test_a_directory_comes_whole_and_without_what_could_act(image: str, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", image, "/odd", "-o", "copy"]) == 0
    copy = here / "copy"
    found = sorted(str(path.relative_to(copy)) for path in copy.rglob("*"))
    assert found == ["\x1b[2J\nname", "file", "inside", "same", "setuid", "sub", "sub/here", "sub/up"]
    assert (copy / "file").read_bytes() == (copy / "same").read_bytes() == b"content"
    assert (copy / "sub" / "up").read_bytes() == b"content"
    assert stat.S_IMODE((copy / "setuid").stat().st_mode) & 0o7000 == 0
    told = capsys.readouterr().err
    for name, why in {
        "/odd/out": "may lead out",
        "/odd/absolute": "may lead out",
        "/odd/sub/winding": "may lead out",
        "/odd/device": "a device",
        "/odd/fifo": "a FIFO",
    }.items():
        assert any(name in line and why in line for line in told.splitlines())
    assert "\x1b" not in told


def test_a_directory_that_no_layer_lists_comes_too(image: str, here: Path) -> None:
    assert main(["extract", image, "/etc/deep"]) == 0
    assert (here / "deep" / "er" / "file").read_bytes() == b"deep"


@pytest.mark.parametrize(("path", "below"), [("/", "app/static/js/x.js"), ("/app", "static/js/x.js")])
def test_none_of_the_directories_above_a_file_needs_an_entry(tmp_path: Path, here: Path, path: str, below: str) -> None:
    """As `tar -cf i.tar app/static/js/x.js` and `docker import` make it."""
    image = docker_archive(tmp_path / "i.tar", [layer_tar([("app/static/js/x.js", b"hi")])])
    assert main(["extract", f"docker-archive:{image}", path, "-o", "copy"]) == 0
    assert (here / "copy" / below).read_bytes() == b"hi"


def test_an_existing_directory_gets_it_inside(image: str, here: Path) -> None:
    (here / "into").mkdir()
    assert main(["extract", image, "/etc/hosts", "-o", "into"]) == 0
    assert (here / "into" / "hosts").exists()


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/nope", "/nope is not in the final filesystem"),
        ("/etc/gone", "layer 0 has it, and a later one hides it"),
        ("/etc/circle", "run in a circle"),
        ("/odd/device", "is a device"),
        ("/", "has no name"),
        ("/../..", "has no name"),
    ],
)
def test_what_cannot_be_extracted_is_one_line_and_leaves_nothing(
    image: str, here: Path, capsys: pytest.CaptureFixture[str], path: str, says: str
) -> None:
    assert main(["extract", image, path]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert says in told.err
    assert names(here) == []


def test_dots_in_the_path_stay_inside_image_and_destination(image: str, here: Path) -> None:
    assert main(["extract", image, "/../../etc/./hosts"]) == 0
    assert names(here) == ["hosts"]


def test_escapes_as_shown_name_the_file(image: str, here: Path) -> None:
    assert main(["extract", image, "/odd/\\x1b[2J\\nname", "-o", "plain"]) == 0
    assert (here / "plain").read_bytes() == b"hostile"


def test_a_cut_off_archive_leaves_nothing(tmp_path: Path, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = docker_archive(tmp_path / "whole.tar", [layer_tar([("a", b"a"), ("big", b"x" * 100_000)])])
    layer_at = whole.read_bytes().index(b"x" * 600)
    cut = tmp_path / "cut.tar"
    cut.write_bytes(whole.read_bytes()[: layer_at + 1000])
    assert main(["extract", f"docker-archive:{cut}", "/big"]) in (2, 3)
    assert "Traceback" not in capsys.readouterr().err
    assert names(here) == []


def test_a_file_and_a_link_of_one_name_write_nothing_through_the_link(tmp_path: Path, here: Path) -> None:
    """One layer says that `dir/door` is a link out and that `dir/door/file` exists."""
    victim = tmp_path / "victim"
    victim.mkdir()
    layer = layer_tar([("dir/", None), link("dir/door", str(victim)), ("dir/door/file", b"escaped")])
    main(["extract", f"docker-archive:{docker_archive(tmp_path / 'x.tar', [layer])}", "/dir"])
    assert names(victim) == []


def test_the_demo_says_that_it_has_no_contents(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["extract", "demo:lean", "/app/server"]) == 2
    assert "no file contents" in capsys.readouterr().err
