"""The README's snippets for CI are valid, and their command lines do what they say; so does the hook for pre-commit."""

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from layerscope.__main__ import main
from layerscope.commands import COMMANDS
from tests.support.gate import DOCKERFILE, archive

ROOT = Path(__file__).parents[2]
SECTION = "### Gate in CI"

_BLOCK = re.compile(r"```(\w+)\n# (\S+)\n(.*?)```", re.DOTALL)
_COMMAND = re.compile(r"^\s*(?:- )?(?:run: )?(layerscope (?:check|report) .*)$", re.MULTILINE)


def section() -> str:
    text = (ROOT / "README.md").read_text("utf-8")
    assert SECTION in text
    return re.split(r"^#{2,3} ", text.split(SECTION, 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


FILES = {name: text for _, name, text in _BLOCK.findall(section())}
"""The files that the section shows, by their names."""


@pytest.fixture(autouse=True)
def _repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A repository with a Dockerfile, its image as an archive, and as one that is called ``app``."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    archive(tmp_path / "app.tar")
    archive(tmp_path / "app")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def test_the_section_shows_a_file_for_each_place() -> None:
    assert list(FILES) == [
        ".layerscope.toml",
        ".github/workflows/image.yml",
        ".gitlab-ci.yml",
        ".pre-commit-config.yaml",
    ]


@pytest.mark.parametrize(
    ("name", "schema"), [(".github/workflows/image.yml", "vendor.github-workflows"), (".gitlab-ci.yml", "vendor.gitlab-ci")]
)
def test_a_ci_system_accepts_them(name: str, schema: str, tmp_path: Path) -> None:
    file = tmp_path / "snippet.yml"
    file.write_text(FILES[name])
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", [".github/workflows/image.yml", ".gitlab-ci.yml"])
def test_their_commands_run_and_write_what_the_job_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    commands = _COMMAND.findall(FILES[name])
    assert any("layerscope check" in command for command in commands)
    for command in commands:
        words = shlex.split(command)
        assert main(words[1:]) == (1 if words[1] == "check" else 0), "the image wastes more than a tenth"
    told = capsys.readouterr()
    if name == ".gitlab-ci.yml":
        assert "failed: removable bytes, forbidden: cache; see codequality.json" in told.err
        assert {"path": "Dockerfile", "lines": {"begin": 6}} in [
            found["location"] for found in json.loads(Path("codequality.json").read_bytes())
        ]
    else:
        assert "FAIL  removable bytes" in told.out
        assert "(Dockerfile:6)" in told.out
    for taken in re.findall(r"(?:sarif_file|codequality): (\S+)", FILES[name]):
        assert Path(taken).stat().st_size > 100


def test_the_settings_are_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path(".layerscope.toml").write_text(FILES[".layerscope.toml"])
    assert main(["check", "app.tar"]) == 1
    told = capsys.readouterr().out
    assert "FAIL  removable bytes" in told
    assert "PASS  forbidden: dev-dependency" in told
    assert "(.layerscope.toml)" in told


class TestPreCommit:
    @pytest.fixture
    def hook(self) -> dict[str, Any]:
        (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
        found: dict[str, Any] = hook
        return found

    def test_the_hook_is_a_command_that_takes_no_files(self, hook: dict[str, Any]) -> None:
        program, command = hook["entry"].split()
        assert (program, hook["language"]) == ("layerscope", "python")
        assert command in COMMANDS
        assert hook["pass_filenames"] is False
        assert hook["always_run"] is True

    def test_the_readme_uses_it_with_arguments_that_it_takes(
        self, hook: dict[str, Any], capsys: pytest.CaptureFixture[str]
    ) -> None:
        (used,) = yaml.safe_load(FILES[".pre-commit-config.yaml"])["repos"][0]["hooks"]
        assert used["id"] == hook["id"]
        image, *rest = used["args"]
        assert image == "app:latest"
        assert main([*hook["entry"].split()[1:], "app.tar", *rest]) == 1
        assert "(--max-waste)" in capsys.readouterr().out
