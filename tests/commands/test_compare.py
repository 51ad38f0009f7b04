"""``layerscope compare``, as people and scripts run it, on the demo and on small archives."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from layerscope.__main__ import main
from layerscope.analysis import Analysis
from layerscope.commands.input.loading import Request, load
from layerscope.comparison.model import Comparison
from layerscope.report.comparison import document, markdown, text
from layerscope.sources.image import Progress
from layerscope.tui.app import Ended
from tests.commands.test_commands import HOSTILE, out
from tests.support.archives import config_json, docker_archive, layer_tar
from tests.support.comparisons import demo_pair

DEMO = ("compare", "demo:fat", "demo:lean")


@pytest.fixture
def archives(tmp_path: Path) -> tuple[str, str]:
    """A large and a small docker-archive."""
    fat, lean = layer_tar([("app/x", b"x" * 1000), ("etc/y", b"1")]), layer_tar([("app/x", b"z" * 10)])
    return str(docker_archive(tmp_path / "fat.tar", [fat])), str(docker_archive(tmp_path / "lean.tar", [lean]))


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 2) -> str:
    """The one line of a command that must end with ``code`` and say nothing else."""
    assert main(list(arguments)) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    return told.err


def test_where_there_is_no_terminal_it_is_markdown(capsys: pytest.CaptureFixture[str]) -> None:
    assert out(capsys, *DEMO) == markdown.render(demo_pair()) == out(capsys, *DEMO, "--format", "markdown")


def test_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert out(capsys, *DEMO, "--format", "text") == text.render(demo_pair())
    assert out(capsys, *DEMO, "--format", "json").encode() == document.render(demo_pair())


def test_it_can_go_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "gap.json"
    assert out(capsys, *DEMO, "--format", "json", "-o", str(target)) == ""
    assert json.loads(target.read_bytes())["gap"] == demo_pair().gap


def test_the_cluster_is_what_the_options_say(capsys: pytest.CaptureFixture[str]) -> None:
    options = ("--pods", "40", "--nodes", "8", "--bandwidth", "100Mbit/s", "--format", "json")
    impact = json.loads(out(capsys, *DEMO, *options))["impact"]
    assert (impact["pods"], impact["nodes"], impact["bandwidth"]) == (40, 8, 100_000_000)
    assert impact["fat"]["transfer"] == 8 * impact["fat"]["pull"]


def test_the_two_may_come_from_different_sources(archives: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(out(capsys, "compare", "demo:fat", f"docker-archive:{archives[1]}", "--format", "json"))
    assert (told["fat"]["image"]["source"], told["lean"]["image"]["source"]) == ("demo", "docker-archive")
    assert told["lean"]["stored"] == 10


def test_one_of_something_is_not_many(archives: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    told = out(capsys, "compare", *archives, "--format", "text")
    assert "The one layer of fat and the one layer of lean have no base in common." in told


@pytest.mark.parametrize(
    ("order", "says"),
    [((1, 0), "the first image is the smaller one"), ((0, 0), "both references name the same image")],
    ids=["wrong order", "twice the same"],
)
def test_what_is_odd_is_said_in_one_line(
    order: tuple[int, int], says: str, archives: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    told = out(capsys, "compare", *(archives[number] for number in order), "--format", "text")
    assert len([line for line in told.splitlines() if says in line]) == 1


def test_other_platforms_are_said_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layer = layer_tar([("x", b"1")])
    other = config_json([layer]).replace(b'"amd64"', b'"riscv64"')
    pair = docker_archive(tmp_path / "one.tar", [layer]), docker_archive(tmp_path / "two.tar", [layer], other)
    told = out(capsys, "compare", *map(str, pair), "--format", "text")
    assert "Note: the images are for different platforms, linux/amd64 and linux/riscv64: choose one with --platform\n" in told


class TestWrongUse:
    def test_a_missing_image(self, archives: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
        assert "no such file" in refused(capsys, "compare", archives[0], "docker-archive:/nowhere/x.tar")

    def test_a_missing_lean_image_is_known_before_the_fat_one_is_read(
        self, archives: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        read: list[str] = []

        def noted(request: Request, progress: Progress) -> Analysis:
            read.append(request.reference)
            return load(request, progress)

        monkeypatch.setattr("layerscope.commands.compare.load", noted)
        refused(capsys, "compare", archives[0], "docker-archive:/nowhere/x.tar")
        assert read == ["docker-archive:/nowhere/x.tar"]

    def test_only_one_image(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert "LEAN" in refused(capsys, "compare", "demo:fat")

    @pytest.mark.parametrize(
        "options",
        [("--bandwidth", "fast"), ("--pods", "0"), ("--pods", "x"), ("--nodes", "101"), ("--nodes", "-1"), ("--format", "pdf")],
    )
    def test_a_cluster_that_cannot_be_is_refused_before_any_image_is_read(
        self, options: tuple[str, str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        refused(capsys, "compare", "docker-archive:/nowhere/a.tar", "docker-archive:/nowhere/b.tar", *options)


def test_parts_that_cannot_be_read_are_told_and_the_code_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    whole = layer_tar([("app/x", b"x" * 1000)])
    broken = whole[:700]
    pair = docker_archive(tmp_path / "fat.tar", [whole]), docker_archive(tmp_path / "lean.tar", [broken])
    assert main(["compare", *map(str, pair)]) == 2
    told = capsys.readouterr()
    assert "> a part of the second image could not be read" in told.out
    assert len(told.err.splitlines()) == 1
    assert told.err.startswith("layerscope: lean: layer 0: ")


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_hostile_names_are_escaped_in_every_output(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    layers = [layer_tar([(f"{top}/{name}", b"1" * 10_000) for name in HOSTILE]) for top in ("srv", "opt")]
    pair = [
        docker_archive(tmp_path / f"{number}.tar", [layer], config_json([layer], Env=["A=\x1b[2J"], User=f"{number}\x1b"))
        for number, layer in enumerate(layers)
    ]
    main(["compare", *map(str, pair), "--format", form])
    told = capsys.readouterr()
    assert all(character.isprintable() or character == "\n" for character in told.out + told.err)
    assert "\\x1b[31m.txt" in told.out.replace("\\\\", "\\") or form != "json"


class TestOnATerminal:
    @pytest.fixture(autouse=True)
    def _terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("layerscope.commands.compare.on_terminal", lambda: True)

    def test_it_opens_the_app(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def run_comparison(load: Callable[[Progress], Comparison], title: str) -> Ended:
            assert title == "demo:fat and demo:lean"
            assert load(lambda what, done, total: None).gap == demo_pair().gap
            return Ended(7, ())

        monkeypatch.setattr("layerscope.tui.app.run_comparison", run_comparison, raising=False)
        assert main(list(DEMO)) == 7

    def test_a_format_or_a_file_prints_instead(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert out(capsys, *DEMO, "--format", "text") == text.render(demo_pair())
        assert out(capsys, *DEMO, "-o", str(tmp_path / "gap.md")) == ""
        assert (tmp_path / "gap.md").read_text() == markdown.render(demo_pair())
