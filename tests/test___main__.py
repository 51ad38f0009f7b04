"""The command line itself: what it loads, how it fails, and that output is whole or not there."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from layerscope.__main__ import main
from layerscope.commands import COMMANDS
from layerscope.commands.output import write
from layerscope.commands.progress import line
from layerscope.core.errors import SourceError, UsageError
from tests.support.archives import docker_archive, layer_tar

HEAVY = {"textual", "docker", "httpx", "msgspec", "rich", "humanize", "jinja2", "yaml", "argparse", "dataclasses", "json"}


def loaded_by(*arguments: str) -> set[str]:
    """The top-level modules that a whole process with these arguments imports."""
    program = (
        "import sys\nfrom layerscope.__main__ import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit:\n    pass\n"
        "sys.stderr.write(' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_asking_for_version_or_help_loads_nothing_heavy(argument: str) -> None:
    assert loaded_by(argument) & HEAVY == set()


REPORTS = (
    "report demo:lean --format json",
    "compare demo:lean demo:lean --format text",
    "check demo:lean",
    "recommend demo:lean",
    "rule LS101",
)


@pytest.mark.parametrize("command", REPORTS)
def test_no_report_loads_the_app_an_engine_the_templates_of_pages_or_yaml(command: str) -> None:
    unwanted = {"textual", "rich", "docker", "httpx", "requests", "jinja2", "markupsafe", "yaml"}
    assert loaded_by(*command.split()) & unwanted == set()


def test_help_names_every_command_and_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    told = capsys.readouterr().out
    block = told.split("commands:\n")[1].split("\n\n")[0]
    assert [line.split()[0] for line in block.splitlines()] == list(COMMANDS)
    assert max(map(len, told.splitlines())) <= 120


@pytest.mark.parametrize("command", [*COMMANDS, ""])
def test_every_command_has_its_own_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main([command, "--help"] if command else ["image", "--help"])
    assert left.value.code == 0
    assert f"usage: layerscope {command}".rstrip() in capsys.readouterr().out


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    from layerscope import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"layerscope {__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["report"], 2, "IMAGE"),
        (["report", "demo:fat", "--nonsense"], 2, "--nonsense"),
        (["report", "demo:fat", "--format", "pdf"], 2, "pdf"),
        (["report", "demo:thin"], 2, "demo:fat and demo:lean"),
        (["report", "docker-archive:/no/such/file.tar"], 2, "/no/such/file.tar"),
        (["report", "oci:/no/such\ndirectory\x1b[2J"], 2, "\\n"),
        (["recommend", "demo:fat", "--format", "diff"], 2, "-f DOCKERFILE"),
        (["recommend", "demo:fat", "-f", "/no/such/Dockerfile"], 2, "/no/such/Dockerfile"),
        (["rule", "LS000"], 2, "LS000"),
        (["why", "demo:fat"], 2, "PATH"),
        ([], 2, "no image given"),
    ],
)
def test_an_error_is_one_line_on_standard_error(
    arguments: list[str], code: int, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == code
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("layerscope: ")
    assert len(told.err.splitlines()) == 1
    assert says in told.err
    assert "\x1b" not in told.err


def failing(error: BaseException) -> object:
    def run(arguments: list[str]) -> int:
        raise error

    return run


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (SourceError("no engine answers", "start one"), 3, "layerscope: no engine answers; start one\n"),
        (KeyboardInterrupt(), 130, ""),
        (BrokenPipeError(), 0, ""),
        (ValueError("odd\x1b[31m\nthing"), 2, "unexpected ValueError: odd\\x1b[31m thing; this is a defect"),
    ],
    ids=["source", "interrupt", "broken pipe", "defect"],
)
def test_whatever_goes_wrong_has_its_exit_code(
    error: BaseException, code: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("layerscope.commands.rule.run", failing(error))
    assert main(["rule"]) == code
    told = capsys.readouterr().err
    assert told.startswith(says) or says in told
    assert len(told.splitlines()) <= 1


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("layerscope.commands.rule.run", failing(ValueError("odd")))
    assert main(["rule", "--debug"]) == 2
    told = capsys.readouterr().err
    assert "Traceback" in told
    assert told.splitlines()[-1] == "layerscope: unexpected ValueError: odd"


def test_a_reader_that_goes_away_is_no_error() -> None:
    """`layerscope report … | head -1`, as a shell runs it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "layerscope", "report", "demo:lean"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full, as Linux has it")
@pytest.mark.parametrize("redirection", [">/dev/full", ">&-"], ids=["full disk", "closed"])
@pytest.mark.parametrize("arguments", ["--version", "report --help", "rule LS201", "report demo:lean"])
def test_output_that_nothing_takes_is_one_line(arguments: str, redirection: str) -> None:
    """Buffered as the interpreter does it by default: the failure comes with the last flush."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONUNBUFFERED"}
    command = f'exec "{sys.executable}" -m layerscope {arguments} {redirection}'
    done = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True, check=False, env=environment)
    assert done.returncode == 2
    assert done.stderr.startswith("layerscope: standard output cannot be written: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_report_to_a_file_needs_no_streams(tmp_path: Path) -> None:
    target = tmp_path / "report.md"
    command = f'exec "{sys.executable}" -m layerscope report demo:lean -o "{target}" <&- >&- 2>&-'
    assert subprocess.run(["sh", "-c", command], check=False).returncode == 0
    assert target.read_text("utf-8").startswith("# Waste report")


def test_what_cannot_be_read_is_told_and_the_rest_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The second layer's tar is cut off in the middle of a file."""
    good = layer_tar([("etc/os-release", b"ID=test\n")])
    bad = layer_tar([("first", b"1"), ("second", b"x" * 5000)])[:3000]
    archive = docker_archive(tmp_path / "image.tar", [good, bad])
    assert main(["report", str(archive)]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("layerscope: layer 1: ")
    assert len(told.err.splitlines()) == 1
    assert "## Parts that could not be read" in told.out
    assert "| 1 |" in told.out


def test_a_misspelt_command_is_told_from_an_image(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["compar", "one.tar", "other.tar"]) == 2
    assert capsys.readouterr().err == (
        "layerscope: there is no command compar; perhaps compare; layerscope --help lists them\n"
    )
    main(["checks", "--platform", "linux/arm64"])
    assert "no command" not in capsys.readouterr().err


def test_an_image_named_like_a_command_needs_its_transport(capsys: pytest.CaptureFixture[str]) -> None:
    """`layerscope report` is the command; --help says how to open an image of that name."""
    assert main(["--help"]) == 0
    assert "docker-daemon:report" in capsys.readouterr().out


class TestOutput:
    """``-o FILE``: complete or not there."""

    def test_a_report_is_written_whole(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        target = tmp_path / "report.md"
        assert main(["report", "demo:lean", "-o", str(target)]) == 0
        assert capsys.readouterr().out == ""
        assert main(["report", "demo:lean"]) == 0
        assert target.read_text() == capsys.readouterr().out
        assert [path.name for path in tmp_path.iterdir()] == ["report.md"]

    def test_a_failed_command_leaves_the_old_file(self, tmp_path: Path) -> None:
        target = tmp_path / "report.md"
        target.write_text("old")
        assert main(["report", "docker-archive:/no/such.tar", "-o", str(target)]) == 2
        assert target.read_text() == "old"

    def test_an_interrupted_write_leaves_the_old_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        target = tmp_path / "report.md"
        target.write_text("old")

        def full(self: Path, target: Path) -> Path:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Path, "replace", full)
        with pytest.raises(UsageError, match="No space left"):
            write("new", str(target))
        assert target.read_text() == "old"
        assert [path.name for path in tmp_path.iterdir()] == ["report.md"]

    def test_mode_and_link_of_what_is_replaced_stay(self, tmp_path: Path) -> None:
        real, shown = tmp_path / "real", tmp_path / "link"
        real.write_text("old")
        real.chmod(0o640)
        shown.symlink_to(real)
        write("new", str(shown))
        assert real.read_text() == "new"
        assert shown.is_symlink()
        assert real.stat().st_mode & 0o777 == 0o640

    def test_a_directory_that_is_not_there_is_one_line(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["rule", "-o", str(tmp_path / "no" / "file")]) == 2
        assert f"there is no directory {tmp_path / 'no'}" in capsys.readouterr().err

    def test_a_device_is_written_to_and_stays(self) -> None:
        write("text", os.devnull)
        assert Path(os.devnull).is_char_device()


def test_the_bar_shows_what_and_how_far() -> None:
    assert line("reading layers", 50, 100) == f"{'reading layers':<20} {'█' * 14}{'░' * 14}  50% of 100 B"
    assert line("saving", 0, 10**9) == "saving"
    assert line("saving", 5_000_000, None) == "saving 5 MB"
    assert line("attributing every byte", 0, None) == "attributing every byte"


def test_progress_is_silent_where_standard_error_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "demo:fat"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_that_comes_while_a_destructor_runs_ends_the_process_without_a_traceback(number: signal.Signals) -> None:
    script = f"""
import signal, sys, time
from layerscope import __main__ as entry

class Last:
    def __del__(self):
        signal.raise_signal({int(number)})

def run(arguments):
    Last()
    time.sleep(20)
    return 0

entry._run = run
entry.start()
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (128 + number, "")
