"""``layerscope report`` in each of its formats, of one image and of two."""

import csv
import io
import json
from pathlib import Path

import pytest

from layerscope.__main__ import main
from layerscope.commands.output import format_of
from layerscope.report import csv as csv_report
from layerscope.report.comparison import document, markdown
from layerscope.report.html import pair, single
from tests.commands.test_commands import HOSTILE, out
from tests.support.archives import docker_archive, layer_tar
from tests.support.comparisons import demo_pair
from tests.support.pages import by_id, embedded, parsed

LEAN = ("report", "demo:lean")
AGAINST = ("report", "demo:fat", "--against", "demo:lean")


def test_html_and_csv_go_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    lean = demo_pair().lean
    assert out(capsys, *LEAN, "--format", "html") == single.render(lean)
    assert out(capsys, *LEAN, "--format", "csv") == csv_report.render(lean)


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("report.md", "# Waste report"),
        ("report.json", "{"),
        ("report.html", "<!DOCTYPE html>"),
        ("REPORT.HTM", "<!DOCTYPE html>"),
        ("report.csv", "category,component"),
        ("report.of.v1.2", "# Waste report"),
        ("report", "# Waste report"),
    ],
)
def test_the_format_follows_the_name_of_the_file(
    name: str, begins: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert out(capsys, *LEAN, "-o", str(tmp_path / name)) == ""
    assert (tmp_path / name).read_text("utf-8").startswith(begins)


def test_a_format_that_is_given_wins_over_the_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "report.html"
    out(capsys, *LEAN, "-o", str(target), "--format", "json")
    assert json.loads(target.read_bytes())["schema_version"] == 1


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_one_of_something_is_not_many(form: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    archive = docker_archive(tmp_path / "one.tar", [layer_tar([("app/x", b"1")])])
    assert "1 file in 1 layer." in out(capsys, "report", str(archive), "--format", form)


def test_a_dash_is_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    assert out(capsys, *LEAN, "-o", "-", "--format", "csv").startswith("category,")


@pytest.mark.parametrize(
    ("chosen", "destination", "format_"),
    [
        (None, "-", "markdown"),
        (None, "x.html", "html"),
        (None, "x-1.2", "markdown"),
        (None, "tmp.Xa12bCdEfG", "markdown"),
        ("html", "x.pdf", "html"),
        (None, "x.txt", "markdown"),
        ("csv", "x.html", "csv"),
    ],
)
def test_a_suffix_that_no_format_has_is_the_first_format(chosen: str | None, destination: str, format_: str) -> None:
    assert format_of(chosen, destination, ("markdown", "html")) == format_


@pytest.mark.parametrize(
    "arguments",
    [
        ("report", "demo:lean", "--against", "demo:lean", "-o", "gap.csv"),
        ("compare", "demo:fat", "demo:lean", "-o", "gap.sarif"),
        ("report", "demo:lean", "-o", "report.xml"),
        ("check", "demo:lean", "-o", "gate.html"),
        ("report", "demo:lean", "-o", "x.pdf"),
        ("report", "demo:lean", "-o", "Dockerfile"),
        ("report", "demo:lean", "--against", "demo:lean", "-o", "x.PDF"),
        ("compare", "demo:fat", "demo:lean", "-o", "x.docx"),
        ("check", "demo:lean", "-o", "x.pdf"),
        ("recommend", "demo:lean", "-o", "x.pdf"),
        ("recommend", "demo:lean", "-o", "x.html"),
        ("why", "demo:lean", "/app/server", "-o", "x.json"),
        ("rule", "-o", "x.pdf"),
    ],
)
def test_a_suffix_of_a_format_that_is_not_written_here_is_refused(
    arguments: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / arguments[-1]
    assert main([*arguments[:-1], str(target)]) == 2
    assert "let the name end in one of" in capsys.readouterr().err
    assert not target.exists()


class TestAgainst:
    """With a second image, the report is the comparison's."""

    def test_each_format_is_the_comparisons(self, capsys: pytest.CaptureFixture[str]) -> None:
        comparison = demo_pair()
        assert out(capsys, *AGAINST) == markdown.render(comparison)
        assert out(capsys, *AGAINST, "--format", "json").encode() == document.render(comparison)
        assert out(capsys, *AGAINST, "--format", "html") == pair.render(comparison)

    def test_there_is_no_csv_of_two_images(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main([*AGAINST, "--format", "csv"]) == 2
        assert capsys.readouterr().err == ("layerscope: there is no csv of two images; take one of markdown, json, html\n")

    def test_an_image_that_is_not_there_is_one_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["report", "demo:lean", "--against", "docker-archive:/no/such.tar"]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "/no/such.tar" in told.err
        assert len(told.err.splitlines()) == 1


def test_hostile_names_of_a_real_archive_are_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = (*HOSTILE, "</script><script>alert(1)", "<!--", "=cmd|' /C calc'!A0")
    layer = layer_tar([(f"srv/{number}/{name}", bytes(10_000)) for number, name in enumerate(names)])
    archive = str(docker_archive(tmp_path / "image.tar", [layer], tags=["a:b"]))
    main(["report", archive, "--format", "html"])
    page = capsys.readouterr().out
    assert all(character.isprintable() or character == "\n" for character in page)
    tree = parsed(page)
    assert by_id(tree, "main") is not None
    assert any(path.endswith("/</script><script>alert(1)") for path in embedded(tree, "files")["path"])
    main(["report", archive, "--format", "csv"])
    rows = list(csv.reader(io.StringIO(capsys.readouterr().out, newline=""), strict=True))
    assert len({len(row) for row in rows}) == 1
