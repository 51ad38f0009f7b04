"""Every kind of credential in every place of an image, and every output that an image has: none of them may be readable.

One image holds them all, each its own, so that a leak names its kind and its place.
"""

import gzip
import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from layerscope.analysis import Analysis, analyze
from layerscope.commands import run
from layerscope.sources import open_image
from layerscope.sources.image import Image
from tests.support.archives import (
    MANIFEST_TYPE,
    config_json,
    descriptor,
    oci_index,
    oci_layout,
    oci_manifest,
    write_folder,
)
from tests.support.credentials import COMMANDS, KINDS, Kind
from tests.support.pilots import app_for, main_screen, text_of_all_panes
from tests.support.programs import go_program, layer

PLACES = (
    "ENV",
    "ARG",
    "LABEL",
    "RUN",
    "CMD",
    "ENTRYPOINT",
    "HEALTHCHECK",
    "comment",
    "annotation",
    "author",
    "file",
)
NAMED = frozenset(("ENV", "LABEL", "annotation"))


def seed(kind: Kind, place: str) -> str:
    return f"{kind.name} in {place}"


def lines(place: str) -> list[str]:
    return [kind.line(seed(kind, place)) for kind in KINDS]


def leaks_in(text: str) -> list[str]:
    """The kinds and places of the credentials that a text holds."""
    secrets = ((kind, place, kind.secret(seed(kind, place)).strip("=")) for kind in KINDS for place in PLACES)
    return [f"{kind.name} in {place}" for kind, place, secret in secrets if secret in text]


def assignment(number: int, line: str) -> str:
    """An entry of ENV: a line that is one, as it is; any other under a name that tells nothing."""
    name = line.partition("=")[0]
    return line if name != line and name.replace("_", "").isalnum() else f"START_{number}={line}"


def history() -> Iterator[dict[str, object]]:
    yield {"created_by": "COPY files / # buildkit", "comment": "buildkit.dockerfile.v0"}
    for number, line in enumerate(lines("ARG")):
        yield {"created_by": f"ARG {assignment(number, line)}", "empty_layer": True}
    for line in lines("RUN"):
        yield {"created_by": f"RUN /bin/sh -c {line} # buildkit", "empty_layer": True}
    for number, line in enumerate(lines("ENV")):
        yield {"created_by": f"ENV {assignment(number, line)}", "empty_layer": True}
    for line in lines("comment"):
        yield {"created_by": "RUN true", "comment": line, "empty_layer": True}
    for line in lines("author"):
        yield {"created_by": "RUN true", "author": line, "empty_layer": True}


def words(place: str) -> list[str]:
    """Each line as one word, as ``sh -c`` takes it, and those of commands once more word by word."""
    commands = [kind.line(seed(kind, place)) for kind in COMMANDS]
    return [*lines(place), *(word for line in commands for word in [*shlex.split(line), ";"])]


def made(directory: Path, entrypoint: str) -> Path:
    script = "#!/bin/sh\n" + "\n".join(kind.line(seed(kind, "file")) for kind in COMMANDS) + "\nexec /app/server\n"
    package = {"name": "shop", "version": "1.0.0", "scripts": dict(enumerate(lines("file")))}
    tar = layer(
        [
            ("app/server", go_program("os.Getenv")),
            ("usr/local/go/bin/go", bytes(2_000_000)),
            ("app/start.sh", script.encode()),
            ("app/.env", "\n".join(lines("file")).encode()),
            ("app/package.json", json.dumps(package).encode()),
            ("app/settings.conf", "\n".join(lines("file")).encode()),
        ]
    )
    config = {
        "Env": [assignment(number, line) for number, line in enumerate(lines("ENV"))],
        "Labels": {f"org.example.note{number}": line for number, line in enumerate(lines("LABEL"))},
        "Entrypoint": [entrypoint, *words("ENTRYPOINT")],
        "Cmd": words("CMD"),
        "Healthcheck": {"Test": ["CMD-SHELL", "\n".join(["/app/start.sh", *lines("HEALTHCHECK")])]},
        "WorkingDir": "/app",
    }
    document = config_json([tar], list(history()), **config)
    stored = gzip.compress(tar, mtime=0)
    annotations = {f"org.example.note{number}": line for number, line in enumerate(lines("annotation"))}
    manifest = oci_manifest(document, [stored], annotations=annotations)
    layout = oci_layout(oci_index(descriptor(manifest, MANIFEST_TYPE)), [document, manifest, stored])
    return write_folder(directory / "image", layout)


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("matrix"), "/app/server")


@pytest.fixture(scope="module")
def analysis(image: Path) -> Analysis:
    return analyze(open_image(f"oci:{image}"))


@pytest.fixture
def _analyzed_once(analysis: Analysis, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that ask nothing special of this image get the analysis that is there, as if they had made it."""

    def known(image: Image, *wanted: Any) -> Analysis:
        return analysis if image.reference == analysis.image.reference else analyze(image, *wanted)

    monkeypatch.setattr("layerscope.analysis.analyze", known)


def test_the_image_itself_holds_all_of_them(image: Path) -> None:
    """What is not there cannot leak: the test would say nothing."""
    opened = open_image(f"oci:{image}")
    texts = [*opened.config.env, *opened.config.entrypoint, *opened.config.cmd, *opened.config.labels.values()]
    texts += opened.annotations.values()
    texts += opened.config.healthcheck.test if opened.config.healthcheck else ()
    texts += [text for entry in opened.config.history for text in (entry.created_by, entry.comment, entry.author)]
    assert len(leaks_in("\n".join(texts))) == len(KINDS) * (len(PLACES) - 1)
    assert len(KINDS) >= 190


def test_no_room_behind_the_analysis_knows_any(analysis: Analysis) -> None:
    image = analysis.image
    known = (image.config, image.annotations, analysis.history, analysis.runtime, analysis.findings)
    plan = analysis.recommendation
    assert plan.tree is not None
    assert plan.tree.filesystem is analysis.filesystem  # which has the files' contents, and is what the rooms before mask
    tree = (plan.tree.base, plan.tree.entries, plan.tree.made, plan.tree.steps)
    more = (replace(plan, tree=None), tree, analysis.attribution.components, analysis.problems)
    assert leaks_in(f"{known}{more}") == []


def test_every_place_has_its_finding(analysis: Analysis) -> None:
    told = "\n".join(line for finding in analysis.findings for line in finding.evidence)
    assert "ENV of the configuration holds" in told
    assert {"LS801", "LS810", "LS811", "LS812"} <= {finding.rule for finding in analysis.findings}


@pytest.mark.parametrize(
    "arguments",
    [
        *(("report", "--format", name) for name in ("markdown", "json", "html", "sarif", "csv")),
        *(("recommend", "--format", name) for name in ("text", "json", "dockerfile")),
        *(("check", "--format", name) for name in ("text", "json", "sarif", "junit", "github", "gitlab")),
        *(("why", path) for path in ("/app", "/app/start.sh", "/app/.env", "/app/package.json")),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("_analyzed_once")
def test_none_is_readable_in_any_output(image: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    run([arguments[0], f"oci:{image}", *arguments[1:]])
    output = capsys.readouterr()
    assert output.out
    assert leaks_in(readable(output.out) + output.err) == []


@pytest.mark.parametrize("name", ["text", "json", "markdown", "html"])
@pytest.mark.usefixtures("_analyzed_once")
def test_none_is_readable_beside_another_image(image: Path, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    run(["compare", f"oci:{image}", "demo:lean", "--format", name])
    output = capsys.readouterr()
    assert output.out
    assert leaks_in(readable(output.out) + output.err) == []


def test_none_is_readable_in_the_difference_to_a_dockerfile(
    image: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dockerfile = tmp_path / "Dockerfile"
    dockerfile.write_text('FROM debian:12\nCOPY files /\nENTRYPOINT ["/app/server"]\n')
    run(["recommend", f"oci:{image}", "-f", str(dockerfile), "--format", "diff"])
    output = capsys.readouterr()
    assert leaks_in(readable(output.out) + output.err) == []


def readable(text: str) -> str:
    """An output and what it says once escapes of JSON and HTML are read."""
    from html import unescape

    plain = text.replace("\\\\", "\\").replace('\\"', '"').replace("\\/", "/").replace("&#160;", " ")
    return f"{text}\n{plain}\n{unescape(text)}"


@pytest.mark.parametrize("arguments", [("report", "--format", "json"), ("why", "/app/start.sh")], ids=" ".join)
def test_none_is_readable_where_a_script_is_followed(
    tmp_path: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    run([arguments[0], f"oci:{made(tmp_path, '/app/start.sh')}", *arguments[1:]])
    output = capsys.readouterr()
    assert "start.sh" in output.out
    assert leaks_in(readable(output.out) + output.err) == []


async def test_none_is_on_any_screen(analysis: Analysis) -> None:
    app = app_for(analysis)
    async with app.run_test(size=(200, 60)) as pilot:
        screen = await main_screen(pilot)
        seen = await text_of_all_panes(pilot, screen)
        assert "START_" in seen
        assert leaks_in(seen) == []


def test_none_is_in_the_cache(image: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "cache"))
    for name in ("first", "second"):
        run(["report", f"oci:{image}", "-o", str(tmp_path / f"{name}.json")])
    assert (tmp_path / "first.json").read_text() == (tmp_path / "second.json").read_text()
    kept = [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]
    assert kept
    found = leaks_in("\n".join(path.read_bytes().decode("latin-1") for path in kept))
    assert found == []
