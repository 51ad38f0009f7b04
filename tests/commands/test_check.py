"""``layerscope check`` as people and CI run it: exit codes, settings, formats, damaged images."""

import json
import os
import pty
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from layerscope.__main__ import main
from tests.support.archives import config_json, docker_archive, layer_tar
from tests.support.gate import DOCKERFILE, LINES, archive
from tests.support.layouts import compressed_image


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A directory of its own, in a repository of its own, without a job's summary."""
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["check", *arguments])
    streams = capsys.readouterr()
    return code, streams.out, streams.err


class TestExitCodes:
    def test_0_when_nothing_fails(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = told(capsys, "demo:lean", "--max-waste", "10%", "--max-size", "20MB", "--forbid", "source,cache")
        assert (code, err) == (0, "")
        assert out.splitlines()[-1].startswith("PASS: all 6 rules hold; image size 12.3 MB")

    def test_1_when_a_rule_fails(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = told(capsys, "demo:fat", "--max-waste", "10%")
        assert (code, err) == (1, "")
        assert "FAIL  removable bytes                   78 % > 10 %  (--max-waste)" in out
        assert "LS101 Go toolchain 1.22" in out
        assert "help  layerscope recommend writes the Dockerfile that drops 874 MB" in out
        assert "\x1b" not in out

    def test_the_format_follows_the_name_of_the_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        for name, begins in (("a.sarif", "{"), ("a.json", "{"), ("a.xml", "<?xml"), ("a.txt", "demo:lean"), ("a", "demo:lean")):
            assert told(capsys, "demo:lean", "-o", name)[0] == 0
            assert Path(name).read_text("utf-8").startswith(begins)

    def test_without_settings_dives_defaults_hold(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = told(capsys, "demo:fat")
        assert code == 0
        assert "PASS  lowest efficiency (dive)            0.987 ≥ 0.9  (default)" in out

    def test_2_when_a_layer_cannot_be_read_and_no_rule_passes_over_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        layers = [layer_tar([("a", b"1" * 2000)]), layer_tar([("b", b"2" * 2000)])]
        docker_archive(Path("image.tar"), [layers[0], layers[1][:700]], config_json(layers))
        code, out, err = told(capsys, "image.tar", "--max-size", "1GB")
        assert code == 2
        assert "FAIL  every part of the image was read" in out
        assert out.splitlines()[-1].startswith("FAIL: 1 of 1 rules failed, 2 skipped")
        assert err.startswith("layerscope: layer 1: ")
        assert len(err.splitlines()) == 1

    def test_2_when_the_reference_cannot_be_read_whole(self, capsys: pytest.CaptureFixture[str]) -> None:
        layers = [layer_tar([("a", b"1" * 2000)])]
        docker_archive(Path("damaged.tar"), [layers[0][:700]], config_json(layers))
        code, out, _ = told(capsys, "demo:lean", "--max-growth", "5%", "--against", "damaged.tar")
        assert code == 2
        assert "docker-archive:" in out or "damaged.tar: layer 0" in out

    @pytest.mark.parametrize(
        ("arguments", "code", "says"),
        [
            (["no-such.tar"], 2, "no-such.tar"),
            (["demo:thin"], 2, "demo:fat and demo:lean"),
            (["demo:lean", "--max-growth", "5%"], 2, "--max-growth needs an image to compare with"),
            (["demo:lean", "--against", "demo:fat"], 2, "--against needs to know how much the image may grow"),
            (["demo:lean", "--max-growth", "5%", "--against", "oci:no-such"], 2, "no-such"),
            (["demo:lean", "--max-size", "large"], 2, "--max-size: large is no size such as 20MB"),
            (["demo:lean", "--lowest-efficiency", "95"], 2, "--lowest-efficiency: 95 is no number between 0 and 1"),
            (["demo:lean", "--forbid", "toolchian"], 2, "perhaps toolchain"),
            (["demo:lean", "--ignore", "LS403"], 2, "it needs a reason"),
            (["demo:lean", "--config", "no-such\x1b.toml"], 2, "there is no file no-such\\x1b.toml"),
            (["demo:lean", "-f", "no-such"], 2, "cannot read no-such"),
            (["demo:lean", "--format", "pdf"], 2, "pdf"),
            (["demo:lean", "--secrets", "maybe"], 2, "maybe"),
        ],
    )
    def test_wrong_use_is_one_line(
        self, arguments: list[str], code: int, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("DOCKER_HOST", "unix:///nonexistent/docker.sock")
        found, out, err = told(capsys, *arguments)
        assert (found, out) == (code, "")
        assert len(err.splitlines()) == 1
        assert says in err

    def test_a_dockerfile_without_from_is_one_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path("Dockerfile").write_text("RUN make\n")
        assert told(capsys, "demo:lean", "-f", "Dockerfile") == (
            2,
            "",
            "layerscope: Dockerfile has no FROM; give the Dockerfile that the image was built from\n",
        )


class TestSettings:
    def test_the_command_line_wins_over_every_file(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path(".dive-ci").write_text("rules:\n  lowestEfficiency: 0.9999\n")
        assert told(capsys, "demo:fat")[0] == 1
        Path("pyproject.toml").write_text("[tool.layerscope]\nlowest-efficiency = 0.5\n")
        assert told(capsys, "demo:fat")[0] == 0
        Path(".layerscope.toml").write_text("lowest-efficiency = 0.9998\n")
        assert told(capsys, "demo:fat")[0] == 1
        Path("loose.toml").write_text("lowest-efficiency = 0.6\n")
        assert told(capsys, "demo:fat", "--config", "loose.toml")[0] == 0
        code, out, _ = told(capsys, "demo:fat", "--config", "loose.toml", "--lowest-efficiency", "0.9997")
        assert code == 1
        assert "(--lowest-efficiency)" in out
        assert told(capsys, "demo:fat", "--no-config")[0] == 0

    def test_they_are_found_from_below(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        Path(".layerscope.toml").write_text("max-size = 1\n")
        Path("a/b").mkdir(parents=True)
        monkeypatch.chdir("a/b")
        code, out, _ = told(capsys, "demo:lean")
        assert code == 1
        assert "(../../.layerscope.toml)" in out

    def test_a_mistake_names_file_and_key(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path(".layerscope.toml").write_text("max-sise = 1\n")
        said = "layerscope: .layerscope.toml: there is no setting max-sise; perhaps max-size\n"
        assert told(capsys, "demo:lean") == (2, "", said)

    def test_what_is_ignored_passes_with_a_reason(self, capsys: pytest.CaptureFixture[str]) -> None:
        forbidden = ("demo:fat", "--forbid", "LS201")
        assert told(capsys, *forbidden)[0] == 1
        assert told(capsys, *forbidden, "--ignore", "LS201=a builder image,until=2999-12-31")[0] == 0
        code, out, _ = told(capsys, *forbidden, "--ignore", "LS201=a builder image,until=2001-12-31")
        assert code == 1
        assert "note  --ignore: the ignore of LS201 expired on 2001-12-31" in out

    def test_growth_against_a_reference_of_the_settings(self, capsys: pytest.CaptureFixture[str]) -> None:
        Path(".layerscope.toml").write_text('max-growth = "5%"\nagainst = "demo:lean"\n')
        code, out, _ = told(capsys, "demo:fat")
        assert code == 1
        assert "FAIL  growth against the reference image  7033.2 % > 5 %" in out
        assert told(capsys, "demo:lean")[0] == 0

    def test_compressed_size_of_a_layout(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        layout = compressed_image(tmp_path / "layout", [[("a", os.urandom(5000))]])
        assert told(capsys, f"oci:{layout}", "--max-compressed-size", "1MB")[0] == 0
        assert told(capsys, f"oci:{layout}", "--max-compressed-size", "1kB")[0] == 1


class TestFormats:
    @pytest.mark.parametrize("format", ["json", "sarif", "gitlab"])
    def test_documents_for_machines(self, format: str, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = told(capsys, "demo:fat", "--max-size", "1MB", "--format", format)
        assert code == 1
        assert json.loads(out)

    def test_junit(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, _ = told(capsys, "demo:fat", "--max-size", "1MB", "--format", "junit")
        assert code == 1
        assert out.startswith("<?xml")

    @pytest.mark.parametrize("format", ["json", "sarif", "junit", "gitlab", "github", "text"])
    def test_with_a_file_the_log_gets_one_line_on_standard_error_that_names_what_failed(
        self, format: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        asked = ("demo:fat", "--max-size", "1MB", "--forbid", "toolchain", "--format", format)
        printed = told(capsys, *asked)[1]
        code, out, err = told(capsys, *asked, "-o", "gate")
        assert (code, out) == (1, "")
        assert err.startswith("FAIL: 2 of 4 rules failed; image size 879 MB, ")
        assert err.endswith("; failed: image size, forbidden: toolchain; see gate\n")
        assert len(err.splitlines()) == 1
        assert Path("gate").read_text("utf-8") == printed

    def test_with_a_file_the_log_says_too_that_nothing_failed(self, capsys: pytest.CaptureFixture[str]) -> None:
        code, out, err = told(capsys, "demo:lean", "--max-size", "1GB", "-o", "gate\x1b.txt")
        assert (code, out) == (0, "")
        assert err == "PASS: all 3 rules hold; image size 12.3 MB, 256 kB of it removable; see gate\\x1b.txt\n"
        assert Path("gate\x1b.txt").read_text().splitlines()[-1].startswith("PASS: ")

    def test_what_could_not_be_read_follows_the_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        layers = [layer_tar([("a", b"1" * 2000)])]
        docker_archive(Path("damaged.tar"), [layers[0][:700]], config_json(layers))
        code, out, err = told(capsys, "damaged.tar", "-o", "gate.json")
        assert (code, out) == (2, "")
        assert [line.partition(":")[0] for line in err.splitlines()] == ["FAIL", "layerscope"]

    def test_lines_of_the_dockerfile_as_the_repository_calls_it(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        archive(tmp_path / "shop.tar")
        place = tmp_path / "services" / "shop"
        place.mkdir(parents=True)
        (place / "Dockerfile").write_text(DOCKERFILE)
        monkeypatch.chdir(place)
        for name in ("Dockerfile", str(place / "Dockerfile"), "../shop/Dockerfile"):
            _, out, _ = told(capsys, "../../shop.tar", "--forbid", "LS201", "-f", name)
            assert f"LS201 Go build cache (services/shop/Dockerfile:{LINES['make']})" in out

    def test_the_jobs_summary_is_added_to(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        Path("summary.md").write_text("before\n")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
        assert told(capsys, "demo:lean", "--max-size", "1GB")[0] == 0
        assert Path("summary.md").read_text() == "before\n"
        assert told(capsys, "demo:lean", "--max-size", "1GB", "--format", "github")[0] == 0
        text = Path("summary.md").read_text()
        assert text.startswith("before\n### layerscope check `demo:lean`\n")
        assert "| PASS | image size |" in text

    def test_a_summary_that_cannot_be_written_changes_no_verdict(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", "no/such/directory/summary.md")
        code, _, err = told(capsys, "demo:lean", "--format", "github")
        assert code == 0
        assert err == "layerscope: the job's summary cannot be written: No such file or directory\n"


class TestColour:
    @pytest.mark.parametrize(
        ("environment", "is_coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)], ids=str
    )
    def test_only_on_a_terminal_and_never_against_its_users_will(
        self, environment: dict[str, str], is_coloured: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name, value in {"TERM": "xterm", "NO_COLOR": "", **environment}.items():
            monkeypatch.setenv(name, value)
        shown = on_a_terminal("check", "demo:lean", "--max-size", "1MB")
        assert "FAIL" in shown
        assert ("\x1b[1;31mFAIL\x1b[0m  image size" in shown) == is_coloured
        assert ("\x1b" in shown) == is_coloured


def on_a_terminal(*arguments: str) -> str:
    """What a terminal gets to see of a command that ends with 1."""
    inside, outside = pty.openpty()
    with os.fdopen(outside, "w") as terminal, redirect_stdout(terminal):
        assert main(list(arguments)) == 1
    shown = b""
    try:
        while piece := os.read(inside, 4096):
            shown += piece
    except OSError:  # Linux says so when the other end is closed
        pass
    finally:
        os.close(inside)
    return shown.decode()


def test_the_report_has_the_same_lines_in_sarif(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    image = archive(tmp_path / "shop.tar")
    Path("Dockerfile").write_text(DOCKERFILE)
    assert main(["report", str(image), "--format", "sarif", "-f", "Dockerfile"]) == 0
    (run,) = json.loads(capsys.readouterr().out)["runs"]
    region = next(item for item in run["results"] if item["ruleId"] == "LS201")["locations"][0]["physicalLocation"]["region"]
    assert region["startLine"] == LINES["make"]
    assert main(["report", str(image), "-f", "Dockerfile"]) == 2
    assert "-f is for --format sarif" in capsys.readouterr().err
