"""Where ``-o`` may lead: every command at every kind of place. Whatever goes wrong, what was there before is still there."""

import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest

from layerscope.__main__ import main
from tests.support.programs import analysis_of, go_program, program

WRITING = {
    "report": ["report", "demo:lean"],
    "report --against": ["report", "demo:lean", "--against", "demo:lean"],
    "recommend": ["recommend", "demo:lean"],
    "compare": ["compare", "demo:lean", "demo:lean"],
    "check": ["check", "demo:lean"],
    "why": ["why", "demo:lean", "/app/server"],
    "rule": ["rule"],
    "prove": ["prove", "IMAGE", "--base", "scratch"],
}
"""Every command with ``-o FILE``. IMAGE is a small image in a file, which needs no engine."""

EXTRACT = ["extract", "IMAGE", "/app/server"]

every_command = pytest.mark.parametrize("command", [*WRITING.values(), EXTRACT], ids=[*WRITING, "extract"])
every_writer = pytest.mark.parametrize("command", WRITING.values(), ids=WRITING)

needs_full = pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full, as Linux has it")


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> str:
    directory = tmp_path_factory.mktemp("image")
    toolchain = ("usr/local/go/pkg/tool/compile", bytes(20_000_000))
    history = ["COPY go /usr/local/go", "RUN go build -o /app/server ."]
    analysis_of(directory, [[toolchain], [program("app/server", go_program())]], history, Cmd=["/app/server"])
    return str(directory / "image.tar")


@pytest.fixture
def run(image: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[list[str], Path], int]:
    """Runs a command with ``-o`` in an empty repository; its exit code."""
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / ".git").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    return lambda command, place: main([image if word == "IMAGE" else word for word in command] + ["-o", str(place)])


def device(directory: Path, name: str) -> Path:
    """A device of the machine; for root, who could destroy it, a node of the test's own."""
    if os.geteuid() != 0:
        return Path(name)
    own = directory / Path(name).name
    os.mknod(own, 0o666 | stat.S_IFCHR, Path(name).stat().st_rdev)
    return own


@pytest.fixture
def null(tmp_path: Path) -> Path:
    return device(tmp_path, os.devnull)


Run = Callable[[list[str], Path], int]


def names(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.iterdir())


def one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """What was said, which is one line of an error that is no defect of ours."""
    err = capsys.readouterr().err
    assert err.startswith("layerscope: ")
    assert len(err.splitlines()) == 1
    assert "defect" not in err
    return err


class TestPlacesThatAreWrittenTo:
    @every_command
    def test_a_device_takes_the_result_and_stays_a_device(
        self, command: list[str], run: Run, null: Path, tmp_path: Path
    ) -> None:
        link = tmp_path / "link"
        link.symlink_to(null)
        for place in (null, link):
            assert run(command, place) == 0
        assert null.is_char_device()
        assert link.is_symlink()

    def test_force_does_not_replace_a_device_either(self, run: Run, null: Path, tmp_path: Path) -> None:
        (tmp_path / "link").symlink_to(null)
        for place in (null, tmp_path / "link"):
            assert run([*EXTRACT, "--force"], place) == 0
        assert null.is_char_device()
        assert (tmp_path / "link").is_symlink()

    @every_writer
    def test_of_a_link_the_file_it_points_to_is_replaced(self, command: list[str], run: Run, tmp_path: Path) -> None:
        file, link, dangling = tmp_path / "file", tmp_path / "link", tmp_path / "dangling"
        file.write_text("before")
        file.chmod(0o640)
        link.symlink_to("file")
        dangling.symlink_to("new")
        assert run(command, link) == run(command, dangling) == 0
        assert file.read_bytes() == (tmp_path / "new").read_bytes() != b"before"
        assert stat.S_IMODE(file.stat().st_mode) == 0o640
        assert link.is_symlink()
        assert dangling.is_symlink()
        assert names(tmp_path) == ["dangling", "file", "here", "link", "new"]

    @every_command
    def test_a_link_that_somebody_planted_beside_it_is_not_followed(self, command: list[str], run: Run, tmp_path: Path) -> None:
        victim = tmp_path / "victim"
        victim.write_text("mine")
        planted = [tmp_path / name for name in (".result.partial", ".result.part", ".result.tmp", f"result.{os.getpid()}")]
        for path in planted:
            path.symlink_to("victim")
        assert run(command, tmp_path / "result") == 0
        assert victim.read_text() == "mine"
        assert all(path.is_symlink() for path in planted)
        assert not (tmp_path / "result").is_symlink()

    @every_command
    def test_a_pipe_is_written_to_when_somebody_reads(self, command: list[str], run: Run, tmp_path: Path) -> None:
        assert run(command, tmp_path / "file") == 0
        pipe = tmp_path / "pipe"
        os.mkfifo(pipe)
        found: list[bytes] = []
        reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
        os.set_blocking(reader, True)

        def read() -> None:
            while piece := os.read(reader, 65536):
                found.append(piece)

        writer = os.open(pipe, os.O_WRONLY)  # keeps the reader waiting until the command has written
        thread = Thread(target=read)
        thread.start()
        code = run(command, pipe)
        os.close(writer)
        thread.join()
        os.close(reader)
        assert code == 0
        assert b"".join(found) == (tmp_path / "file").read_bytes()
        assert pipe.is_fifo()

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root can replace another user's file")
    @every_writer
    def test_a_file_keeps_its_owner(self, command: list[str], run: Run, tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.write_text("before")
        os.chown(file, 12345, 12346)
        assert run(command, file) == 0
        assert (file.stat().st_uid, file.stat().st_gid) == (12345, 12346)

    @pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"])
    def test_standard_output_by_name_is_added_to_and_not_replaced(self, name: str, tmp_path: Path) -> None:
        log = tmp_path / "log"
        log.write_text("before\n")
        command = f'exec "{sys.executable}" -m layerscope rule LS201 -o {name} >> "{log}"'
        subprocess.run(["sh", "-c", command], check=True)
        assert log.read_text().startswith("before\nLS201")
        assert names(tmp_path) == ["log"]


PLACES: dict[str, tuple[Callable[[Path], object], str]] = {
    "a directory": (Path.mkdir, "it is a directory"),
    "a link to a directory": (lambda path: path.symlink_to("here"), "it is a directory"),
    "a link in a circle": (lambda path: path.symlink_to("result"), "Too many levels of symbolic links"),
    "a link into a directory that is not there": (lambda path: path.symlink_to("no/file"), "there is no directory"),
}


class TestPlacesThatAreRefused:
    """The image does not exist, so whoever looks at the image first complains about that."""

    def refused(self, command: list[str], place: Path | str, capsys: pytest.CaptureFixture[str]) -> str:
        absent = ["oci:no-such" if word in ("IMAGE", "demo:lean") else word for word in command]
        assert main([*absent, "-o", str(place)]) == 2
        return one_line(capsys)

    @pytest.mark.parametrize("kind", PLACES)
    @every_writer
    def test_before_the_image_is_opened(
        self, command: list[str], kind: str, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        make, says = PLACES[kind]
        make(tmp_path / "result")
        assert says in self.refused(command, tmp_path / "result", capsys)
        assert names(tmp_path) == ["here", "result"]

    @every_command
    def test_a_directory_that_is_not_there(
        self, command: list[str], run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "file").write_text("mine")
        for parent in ("no", "file"):
            said = self.refused(command, tmp_path / parent / "result", capsys)
            assert "Not a directory" in said or f"there is no directory {tmp_path / parent}" in said

    @every_command
    def test_a_directory_that_nobody_may_write_to(
        self, command: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """As the system answers anybody but root, or everybody where the file system is mounted to be read."""
        allowed = os.access
        monkeypatch.setattr(os, "access", lambda path, mode: allowed(path, mode) and Path(path) != tmp_path)
        assert f"no file can be made in {tmp_path}" in self.refused(command, tmp_path / "result", capsys)

    @every_writer
    def test_a_file_that_nobody_may_write_to(
        self, command: list[str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "result").write_text("mine")
        allowed = os.access
        monkeypatch.setattr(os, "access", lambda path, mode: allowed(path, mode) and Path(path).name != "result")
        assert "Permission denied" in self.refused(command, tmp_path / "result", capsys)

    @every_writer
    def test_a_name_that_ends_in_a_slash(
        self, command: list[str], run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert "names a directory" in self.refused(command, f"{tmp_path}/new/", capsys)

    def test_what_exists_is_known_to_extract_before_the_image_is_opened(
        self, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "result").write_text("mine")
        assert "result exists; give another -o DEST, or --force" in self.refused(EXTRACT, tmp_path / "result", capsys)

    def test_the_verdict_of_a_proof_and_the_image_do_not_share_standard_output(
        self, run: Run, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert "name a file for the lean image" in self.refused(WRITING["prove"], "-", capsys)


class TestWhatFailsLater:
    @needs_full
    @every_command
    def test_a_full_device_is_one_line(
        self, command: list[str], run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        full = device(tmp_path, "/dev/full")
        assert run(command, full) == 2
        assert f"cannot write {full}: No space left on device" in one_line(capsys)
        assert full.is_char_device()

    @every_command
    def test_a_pipe_that_nobody_reads_is_one_line_and_no_wait(
        self, command: list[str], run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        os.mkfifo(tmp_path / "pipe")
        assert run(command, tmp_path / "pipe") == 2
        assert "nobody reads from this pipe" in one_line(capsys)
        assert (tmp_path / "pipe").is_fifo()

    def test_a_directory_does_not_fit_into_a_device(self, run: Run, null: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["extract", "IMAGE", "/app", "--force"], null) == 2
        assert "/app is a directory" in one_line(capsys)

    def test_a_socket_is_not_replaced_even_by_force(self, run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        os.mknod(tmp_path / "socket", 0o600 | stat.S_IFSOCK)
        assert run([*EXTRACT, "--force"], tmp_path / "socket") == 2
        assert "neither a file nor a directory" in one_line(capsys)
        assert (tmp_path / "socket").is_socket()


@pytest.mark.parametrize(
    ("name", "begins"),
    [
        ("lean.json", "{"),
        ("Dockerfile.lean", "# "),
        ("Containerfile", "# "),
        ("x.dockerfile", "# "),
        ("lean.txt", "demo:fat\n"),
        ("lean", "demo:fat\n"),
    ],
)
def test_the_name_of_the_file_says_how_a_recommendation_is_written(name: str, begins: str, run: Run, tmp_path: Path) -> None:
    assert run(["recommend", "demo:fat"], tmp_path / name) == 0
    assert (tmp_path / name).read_text("utf-8").startswith(begins)
