"""``layerscope recommend --prove``: the recommendation, proved as ``prove`` does it, with its verdict."""

from pathlib import Path

import pytest

from layerscope.__main__ import main
from tests.support.proofs import fat_image


def archive(directory: Path) -> str:
    fat_image(directory)
    return f"docker-archive:{directory / 'image.tar'}"


def test_the_verdict_stands_behind_the_recommendation(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["recommend", archive(tmp_path), "--prove"]) == 0
    said = capsysbinary.readouterr().out.decode()
    assert said.index("Dockerfile:") < said.index("CHECKED: nothing that it loads is missing")


def test_a_dockerfile_alone_stays_one(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert main(["recommend", archive(tmp_path), "--prove", "--format", "dockerfile"]) == 0
    said = capsysbinary.readouterr()
    assert b"CHECKED" not in said.out
    assert said.err.startswith(b"CHECKED")


def test_what_running_added_is_in_the_dockerfile(tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    image, observed = archive(tmp_path), tmp_path / "observed"
    observed.write_text("missed /usr/local/go/pkg/tool/compile\n")
    assert main(["recommend", image, "--observed", str(observed), "--format", "dockerfile"]) == 0
    assert b"/usr/local/go/pkg/tool/compile /usr/local/go/pkg/tool/compile" in capsysbinary.readouterr().out


def test_a_refusal_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fat_image(tmp_path, Cmd=None)
    assert main(["recommend", f"docker-archive:{tmp_path / 'image.tar'}", "--format", "dockerfile"]) == 2
    assert capsys.readouterr().err.count("recommended") == 1


@pytest.mark.parametrize("form", ["text", "json", "dockerfile", "diff"])
def test_what_build_arguments_no_longer_change_is_told_beside_every_form(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes], form: str
) -> None:
    file = tmp_path / "Dockerfile"
    file.write_text("FROM golang\nARG P=8080\nCOPY go /usr/local/go\nRUN go build -o /app/server .\nENV PORT=${P}$NONE\n")
    assert main(["recommend", archive(tmp_path), "-f", str(file), "--format", form]) == 0
    said = capsysbinary.readouterr()
    assert said.err.count(b"ENV PORT (made of P)") == 1
    assert (b"ENV PORT (made of P)" in said.out) == (form in ("text", "json"))


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--http", "80/"), 2),
        (("--trace",), 2),
        (("--prove", "-f", "Dockerfile"), 2),
        (("--tight",), 2),
        (("--prove", "--exec", "true"), 3),
    ],
    ids=["a question", "a trace", "a Dockerfile", "tight", "no engine"],
)
def test_what_cannot_be_proved_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], code: int
) -> None:
    assert main(["recommend", archive(tmp_path), *words]) == code
    assert len(capsys.readouterr().err.splitlines()) == 1
