"""Each command, as people and scripts run it, on the demo and on small images made by hand."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from layerscope.__main__ import main
from layerscope.analysis import Analysis
from layerscope.commands.rule import all_rules
from layerscope.sources.image import Progress
from layerscope.tui.app import Ended
from layerscope.tui.tasks import Chooser
from tests.support.archives import config_json, docker_archive, layer_tar

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"


def out(capsys: pytest.CaptureFixture[str], *arguments: str, code: int = 0) -> str:
    """Standard output of a command line that must end with ``code``."""
    assert main(list(arguments)) == code
    return capsys.readouterr().out


class TestWithoutATerminal:
    """What would open the app prints the markdown report."""

    @pytest.mark.parametrize(
        ("arguments", "title"),
        [(["demo"], "demo:fat"), (["demo", "--lean"], "demo:lean"), (["demo:lean"], "demo:lean"), (["demo:fat"], "demo:fat")],
    )
    def test_the_report_is_printed(self, arguments: list[str], title: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert out(capsys, *arguments).startswith(f"# Waste report: `{title}`\n")

    def test_it_is_the_report_of_the_report_command(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert out(capsys, "demo:lean") == out(capsys, "report", "demo:lean")


class TestOnATerminal:
    """The app gets what it needs to load the image itself, and its exit code is the command's."""

    @pytest.fixture(autouse=True)
    def _terminal(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("layerscope.commands.open.on_terminal", lambda: True)

    @pytest.mark.parametrize(("arguments", "shown"), [(["demo"], "demo: go-app:single"), (["demo:lean"], "demo:lean")])
    def test_an_image_is_opened_in_the_app(self, arguments: list[str], shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
        steps: list[str] = []

        def run_app(load: Callable[[Progress, bool], Analysis], title: str, chooser: Chooser) -> Ended:
            analysis = load(lambda what, done, total: steps.append(what), False)
            assert chooser.load_named("demo:lean", lambda what, done, total: None, False).image.reference == "demo:lean"
            assert title == shown
            assert analysis.image.source == "demo"
            return Ended(7, ())

        monkeypatch.setattr("layerscope.tui.app.run_app", run_app)
        assert main(arguments) == 7

    def test_without_an_image_people_choose_one(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def run_chooser(images: Callable[[], object], load_named: Callable[[str, Progress, bool], Analysis]) -> Ended:
            assert images() == ("what the engine has",)
            assert load_named("demo:lean", lambda what, done, total: None, False).image.reference == "demo:lean"
            return Ended(0, ())

        monkeypatch.setattr("layerscope.sources.engine.images.list_images", lambda: ("what the engine has",))
        monkeypatch.setattr("layerscope.tui.app.run_chooser", run_chooser)
        assert main([]) == 0


class TestRecommend:
    def test_the_dockerfile_alone_can_be_piped_into_a_build(self, capsys: pytest.CaptureFixture[str]) -> None:
        text = out(capsys, "recommend", "demo:fat", "--format", "dockerfile")
        instructions = [line.split()[0] for line in text.splitlines() if line and not line.startswith("#")]
        assert instructions[0] == "FROM"
        assert {"COPY", "CMD"} <= set(instructions) <= {"FROM", "COPY", "CMD", "ENV", "WORKDIR", "EXPOSE", "USER", "RUN"}
        assert "FROM go-app:single AS prepared" in text
        assert "COPY --from=prepared /app/server /app/server" in text

    def test_json_is_the_recommendation_of_the_report(self, capsys: pytest.CaptureFixture[str]) -> None:
        alone = json.loads(out(capsys, "recommend", "demo:fat", "--format", "json"))
        assert alone == json.loads(out(capsys, "report", "demo:fat", "--format", "json"))["recommendation"]
        assert alone["dockerfile"] == out(capsys, "recommend", "demo:fat", "--format", "dockerfile")

    def test_text_names_boundary_base_and_copies(self, capsys: pytest.CaptureFixture[str]) -> None:
        text = out(capsys, "recommend", "demo:fat")
        assert "RUN CGO_ENABLED=0 GOOS=linux go build -o /app/server" in text
        assert "Base: " in text
        assert "/app/server" in text

    def test_base_and_keep_are_honoured(self, capsys: pytest.CaptureFixture[str]) -> None:
        arguments = (
            "recommend",
            "demo:fat",
            "--base",
            "alpine:3.19",
            "--keep",
            "/usr/local/go/VERSION",
            "--keep",
            "/etc/passwd",
        )
        text = out(capsys, *arguments, "--format", "dockerfile")
        assert "\nFROM alpine:3.19" in text
        assert "/usr/local/go/VERSION" in text
        assert "/etc/passwd" in text

    def test_diff_applies_to_the_users_dockerfile(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        own = tmp_path / "Dockerfile"
        own.write_text(
            "# the service\nFROM golang:1.22\n\nWORKDIR /app\nCOPY go.mod ./\nCOPY main.go ./\n\n"
            'RUN CGO_ENABLED=0 GOOS=linux go build -o /app/server\n\nEXPOSE 8080\nCMD ["/app/server"]'
        )
        whole = out(capsys, "recommend", "demo:fat", "-f", str(own), "--format", "dockerfile")
        difference = out(capsys, "recommend", "demo:fat", "-f", str(own), "--format", "diff")
        assert difference.startswith("--- a/")
        subprocess.run(["patch", "-s", str(own)], input=difference.encode(), check=True)
        assert own.read_text() == whole
        assert "# the service" in whole
        assert "COPY --from=" in whole

    def test_lines_that_end_in_carriage_returns_do_so_in_the_result(
        self, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        own = tmp_path / "Dockerfile"
        own.write_bytes(b'FROM golang:1.22\r\nCOPY main.go ./\r\nRUN go build -o /app/server\r\nCMD ["/app/server"]\r\n')
        arguments = ["recommend", "demo:fat", "-f", str(own)]
        assert main([*arguments, "--format", "dockerfile"]) == 0
        whole = capfdbinary.readouterr().out
        assert whole.count(b"\n") == whole.count(b"\r\n") > 10
        assert main([*arguments, "--format", "diff"]) == 0
        changes = capfdbinary.readouterr().out.splitlines()
        assert b'-CMD ["/app/server"]' not in changes
        assert main(arguments) == 0
        assert b"\\r" not in capfdbinary.readouterr().out

    @pytest.mark.parametrize("format", ["text", "json", "dockerfile", "diff"])
    def test_a_dockerfile_that_can_hardly_be_the_images_own_is_a_risk_and_told_on_standard_error(
        self, format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        own = tmp_path / "Dockerfile"
        own.write_text('FROM alpine:3.19\nCOPY go.mod ./\nCMD ["/app/server"]\n')
        assert main(["recommend", "demo:fat", "-f", str(own), "--format", format]) == 0
        told = capsys.readouterr()
        doubt = "it starts from alpine:3.19, and the image from golang:1.22"
        assert [doubt in line for line in told.err.splitlines()] == [True]
        assert (doubt in told.out) is (format in ("text", "json"))

    @pytest.mark.parametrize("glob", ["/typo", "relative"])
    @pytest.mark.parametrize("format", ["text", "json", "dockerfile"])
    def test_what_keep_does_not_find_is_told_on_standard_error(
        self, glob: str, format: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["recommend", "demo:fat", "--keep", glob, "--format", format]) == 0
        told = capsys.readouterr()
        assert told.err == f"layerscope: --keep {glob} names nothing in the image\n"
        assert (f"--keep {glob} names nothing" in told.out) is (format != "dockerfile")

    @pytest.mark.parametrize("text", ["FROM scratch\n", "FROM python:3.11\nRUN pip install x\nCMD python -m x\n"])
    @pytest.mark.parametrize("format", ["text", "dockerfile"])
    def test_that_of_another_program_is_refused_with_what_differs(
        self, text: str, format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        own = tmp_path / "Dockerfile"
        own.write_text(text)
        assert main(["recommend", "demo:fat", "-f", str(own), "--format", format]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert len(told.err.splitlines()) == 1
        assert "is not what this image was built from: " in told.err

    @pytest.mark.parametrize("format", ["dockerfile", "diff"])
    def test_without_an_honest_dockerfile_nothing_is_written(
        self, format: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """An image whose command does not exist in it: nobody knows what it needs."""
        layer = layer_tar([("etc/hosts", b"")])
        archive = docker_archive(tmp_path / "image.tar", [layer], config_json([layer], Cmd=["/nothing/there"]))
        own, target = tmp_path / "Dockerfile", tmp_path / "result"
        own.write_text("FROM scratch\n")
        assert main(["recommend", str(archive), "-f", str(own), "--format", format, "-o", str(target)]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert len(told.err.splitlines()) == 1
        assert not target.exists()


class TestWhy:
    @pytest.mark.parametrize(
        ("path", "says"),
        [
            ("/app/server", ("kept by the recommendation", "CMD", "layer 8 stores it")),
            ("app/server", ("/app/server: kept",)),
            ("/usr/local/go", ("dropped by the recommendation", "Go toolchain 1.22", "LS101", "COPY go /usr/local/go")),
            ("/etc/ssl/certs/ca-certificates.crt", ("kept", "crypto/x509.loadSystemRoots is linked into /app/server")),
            ("/bin/sh", ("dropped by the recommendation", "at /usr/bin/dash", "package dash")),
            ("/var/lib/dpkg/status", ("hidden by a later layer", "layer 1 stores it again")),
        ],
    )
    def test_a_path_has_its_reason(self, path: str, says: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
        text = out(capsys, "why", "demo:fat", path)
        for fact in says:
            assert fact in text

    def test_a_path_that_no_layer_has_is_one_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["why", "demo:fat", "/nope\x1b"]) == 2
        told = capsys.readouterr()
        assert told.out == ""
        assert "/nope\\x1b" in told.err
        assert len(told.err.splitlines()) == 1


class TestRule:
    def test_the_list_has_every_rule_in_a_line(self, capsys: pytest.CaptureFixture[str]) -> None:
        rows = [line.split()[0] for line in out(capsys, "rule").splitlines() if line]
        assert [row for row in rows if not row.endswith("xx")] == [rule.id for rule in all_rules()]

    @pytest.mark.parametrize("identity", ["LS101", "ls101", "go-sdk"])
    def test_one_is_explained_by_id_or_name(self, identity: str, capsys: pytest.CaptureFixture[str]) -> None:
        text = out(capsys, "rule", identity)
        assert text.startswith("LS101 go-sdk\n")
        assert "/usr/local/go/**" in text
        assert "How to remove it" in text

    def test_json_for_scripts(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert json.loads(out(capsys, "rule", "LS101", "--format", "json"))["category"] == "toolchain"
        assert len(json.loads(out(capsys, "rule", "--format", "json"))) == len(all_rules())

    def test_every_rule_that_a_report_names_can_be_explained(self, capsys: pytest.CaptureFixture[str]) -> None:
        report = json.loads(out(capsys, "report", "demo:fat", "--format", "json"))
        named = {row["rule"] for row in report["attribution"]} | {row["rule"] for row in report["findings"]}
        for identity in sorted(named - {""}):
            assert out(capsys, "rule", identity).startswith(identity)


@pytest.mark.skipif(not FIXTURES.exists(), reason="dive's parity images are not here")
def test_dives_own_image_has_dives_own_score(capsys: pytest.CaptureFixture[str]) -> None:
    report = json.loads(out(capsys, "report", str(FIXTURES / "dive-test-docker-image.tar"), "--format", "json"))
    assert report["dive"] == {
        "efficiency": 0.9844212134184309,
        "wasted_bytes": 32025,
        "wasted_user_percent": 0.4834911001404049,
    }


HOSTILE = ("x[/foo].txt", "esc\x1b[31m.txt", "new\nline.txt", "bar|tick`.txt", "rtl\u202egpj.exe")


@pytest.mark.parametrize("command", [("report",), ("report", "--format", "json"), ("recommend",)])
def test_hostile_names_are_escaped_in_every_output(
    command: tuple[str, ...], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each hostile file is the largest of its directory, so that reports name it."""
    entries = [(f"srv/{number}/{name}", bytes(10_000 * (number + 1))) for number, name in enumerate(HOSTILE)]
    layer = layer_tar(entries)
    history = [{"created_by": f"COPY {name} /srv # buildkit"} for name in HOSTILE[:1]]
    config = config_json([layer], history, Cmd=["/srv/1/" + HOSTILE[1]], WorkingDir="/\x1b[2J")
    archive = docker_archive(tmp_path / "image.tar", [layer], config, tags=["a:\x1b[31m"])
    main([command[0], str(archive), *command[1:]])
    told = capsys.readouterr()
    assert all(character.isprintable() or character == "\n" for character in told.out + told.err)
    if command[0] == "report":
        assert "x[/foo].txt" in told.out
