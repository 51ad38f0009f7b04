"""Content stored in vain and credentials, as both of a real engine's builders leave and record them."""

import os
from pathlib import Path

import pytest

from layerscope.advice.model import Finding
from layerscope.analysis import Analysis, analyze
from layerscope.commands import run as layerscope
from layerscope.sources import open_image
from tests.engine.conftest import DOCKER, Engine, run

pytestmark = pytest.mark.engine

SIZE = 300_000
LONG_AGO = 1_600_000_000
"""BuildKit stores nothing for a file that is touched within the second in which it was written."""
VALUES = ("buildArg7Value", "two words 9x", "dotenv5Value", "registry3Value", "command1Value")
DOCKERFILE = f"""
FROM alpine:3.19
ARG NPM_TOKEN
ENV DB_PASSWORD="{VALUES[1]}" PORT=8080
WORKDIR /app
COPY .env .npmrc ./
COPY data same ./
RUN echo "//h/:_authToken=${{NPM_TOKEN}}" > /root/.npmrc
RUN rm .env
RUN chown -R 1000:1000 /app
RUN mkdir /srv/x && mv data /srv/x/
RUN touch same
RUN chmod 600 same
COPY --chown=1000:1000 same /opt/copy
CMD ["sh", "-c", "sleep 1000 --token={VALUES[4]}"]
"""


@pytest.fixture(scope="module", params=[True, False], ids=["buildkit", "classic"])
def archive(engine: Engine, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    context = tmp_path_factory.mktemp("context")
    (context / "Dockerfile").write_text(DOCKERFILE)
    (context / ".env").write_text(f"API_KEY={VALUES[2]}\nPORT=1\n")
    (context / ".npmrc").write_text(f"//registry.example.org/:_authToken={VALUES[3]}\n")
    for name in ("data", "same"):
        (context / name).write_bytes(name.upper().encode() * (SIZE // 4))
        os.utime(context / name, (LONG_AGO, LONG_AGO))
    tag = f"layerscope-test/findings:{'buildkit' if request.param else 'classic'}"
    options = ("--network", "host", "--build-arg", f"NPM_TOKEN={VALUES[0]}", "-t", tag)
    run(DOCKER, "build", "-q", *options, context, env={"DOCKER_BUILDKIT": str(int(request.param))})
    return engine.save(tmp_path_factory.mktemp("save") / "image.tar", tag)


@pytest.fixture(scope="module")
def analysis(archive: Path) -> Analysis:
    return analyze(open_image(str(archive)))


def by_rule(analysis: Analysis, rule: str) -> list[Finding]:
    return [finding for finding in analysis.findings if finding.rule == rule]


def test_each_instruction_that_stores_a_file_again_is_named(analysis: Analysis) -> None:
    found = {finding.instructions[-1]: finding for finding in by_rule(analysis, "LS402")}
    assert {text: finding.size for text, finding in found.items()} == {
        "RUN chown -R 1000:1000 /app": 2 * SIZE,
        "RUN touch same": SIZE,
        "RUN chmod 600 same": SIZE,
    }
    assert "owner 0:0 -> 1000:1000 (2 files)" in found["RUN chown -R 1000:1000 /app"].evidence
    assert "only the time (1 file)" in found["RUN touch same"].evidence
    assert "mode 0644 -> 0600 (1 file)" in found["RUN chmod 600 same"].evidence
    (moved,) = by_rule(analysis, "LS405")
    assert (moved.size, moved.instructions[-1]) == (SIZE, "RUN mkdir /srv/x && mv data /srv/x/")
    assert "to /srv/x (1 file)" in moved.evidence
    (copied,) = by_rule(analysis, "LS403")
    assert (copied.size, copied.paths) == (SIZE, (b"opt/copy",))


def test_every_credential_is_found_where_it_is(analysis: Analysis) -> None:
    deleted = by_rule(analysis, "LS801")
    assert [(finding.paths, finding.confidence, finding.instructions[-1]) for finding in deleted] == [
        ((b"app/.env",), "dead", "RUN rm .env")
    ]
    live = {path for finding in by_rule(analysis, "LS803") for path in finding.paths if finding.confidence != "dead"}
    assert live == {b"app/.npmrc", b"root/.npmrc"}
    assert [finding.title.partition(": ")[2] for finding in by_rule(analysis, "LS810")] == ["DB_PASSWORD"]
    assert [finding.title.partition(": ")[2] for finding in by_rule(analysis, "LS811")] == ["NPM_TOKEN"]
    assert [finding.title.partition(": ")[2] for finding in by_rule(analysis, "LS812")] == ["token"]


@pytest.mark.parametrize("command", ["report --format json", "report --format markdown", "recommend --format json", "why /app"])
def test_none_is_ever_shown(archive: Path, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    name, *rest = command.split()
    layerscope([name, str(archive), *rest])
    shown = capsys.readouterr()
    assert shown.out
    for value in VALUES:
        assert value not in shown.out + shown.err
