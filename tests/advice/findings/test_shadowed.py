"""Content stored in vain: how each loss is told apart, and the two instructions that each finding names."""

import tarfile
from pathlib import Path

import pytest

from layerscope.advice.model import Finding
from tests.support.archives import link
from tests.support.layouts import compressed_analysis
from tests.support.programs import Row, analysis_of, directory

TIME = 1_700_000_000
DATA = bytes(range(256)) * 40


def file(name: str, content: bytes = DATA, mode: int = 0o644, owner: int = 0, time: int = TIME) -> Row:
    info = tarfile.TarInfo(name)
    info.size, info.mode, info.uid, info.gid, info.mtime = len(content), mode, owner, owner, time
    return info, content


def only(findings: tuple[Finding, ...]) -> Finding:
    """The one finding about lost content."""
    (found,) = [finding for finding in findings if finding.rule.startswith("LS4")]
    return found


def found_for(tmp_path: Path, first: list[Row], second: list[Row], *history: str) -> Finding:
    return only(analysis_of(tmp_path, [first, second], list(history), WorkingDir="/app").findings)


COPY = "COPY app /app"


@pytest.mark.parametrize(
    ("change", "instruction", "rule", "told"),
    [
        (file("app/data", mode=0o755), "RUN chmod 755 /app/data", "LS402", "mode 0644 -> 0755 (1 file)"),
        (file("app/data", owner=1000), "RUN chown 1000:1000 /app/data", "LS402", "owner 0:0 -> 1000:1000 (1 file)"),
        (
            file("app/data", mode=0o600, owner=7),
            "COPY --chown=7:7 --chmod=600 data /app/",
            "LS402",
            "mode 0644 -> 0600, owner 0:0 -> 7:7 (1 file)",
        ),
        (file("app/data", time=TIME + 9), "RUN touch /app/data", "LS402", "only the time (1 file)"),
        (file("app/data", time=TIME + 9), "COPY . /app", "LS406", "layer 1 (COPY . /app) stores it again"),
        (file("app/data"), "RUN exec 3<>/app/data", "LS406", "layer 1 (RUN exec 3<>/app/data) stores it again"),
        (file("app/data", DATA[::-1], time=TIME + 9), "RUN ./rewrite", "LS404", "layer 1 (RUN ./rewrite) overwrites it"),
        (file("app/data", DATA + b"x"), "RUN ./append", "LS404", "layer 1 (RUN ./append) overwrites it"),
        (link("app/data", "/elsewhere"), "RUN ln -sf /elsewhere /app/data", "LS404", "replaced by a symlink (1 file)"),
        (("app/.wh.data", b""), "RUN rm /app/data", "LS401", "layer 1 (RUN rm /app/data) deletes it"),
        ((".wh.app", b""), "RUN rm -r /app", "LS401", "layer 1 (RUN rm -r /app) deletes it"),
        (("app/.wh..wh..opq", b""), "RUN rm -r /app && mkdir /app", "LS401", "deletes it"),
    ],
    ids=[
        "chmod",
        "chown",
        "both",
        "touch",
        "copied again",
        "opened",
        "other content",
        "longer",
        "link",
        "rm",
        "rm -r",
        "opaque",
    ],
)
def test_each_way_of_losing_content_has_its_rule(tmp_path: Path, change: Row, instruction: str, rule: str, told: str) -> None:
    found = found_for(tmp_path, [file("app/data")], [change], COPY, instruction)
    assert (found.rule, found.size, found.confidence) == (rule, len(DATA), "dead")
    assert found.layers == (0, 1)
    assert found.instructions == (COPY, instruction)
    assert found.paths == (b"app/data",)
    assert any(told in line for line in found.evidence), found.evidence
    assert "layer 0 (COPY app /app) stores it" in found.evidence
    assert found.remedy


def test_a_file_that_moves_is_found_at_its_new_place(tmp_path: Path) -> None:
    second: list[Row] = [("tmp/.wh.build", b""), file("srv/site/index.html")]
    found = found_for(tmp_path, [file("tmp/build/index.html")], second, "COPY build /tmp/build", "RUN mv /tmp/build /srv/site")
    assert (found.rule, found.size) == ("LS405", len(DATA))
    assert "to /srv/site (1 file)" in found.evidence
    assert found.instructions == ("COPY build /tmp/build", "RUN mv /tmp/build /srv/site")


def test_a_file_that_moves_under_another_name_is_told_by_its_time_and_content(tmp_path: Path) -> None:
    second: list[Row] = [("tmp/.wh.build", b""), file("srv/app.bin"), file("srv/other", DATA[::-1])]
    found = found_for(tmp_path, [file("tmp/build/a")], second, "COPY build /tmp/build", "RUN mv /tmp/build/a /srv/app.bin")
    assert (found.rule, "to /srv (1 file)" in found.evidence) == ("LS405", True)


def test_another_file_of_the_same_size_is_no_move(tmp_path: Path) -> None:
    second: list[Row] = [("tmp/.wh.build", b""), file("srv/other", DATA[::-1])]
    assert found_for(tmp_path, [file("tmp/build/a")], second, "COPY build /tmp/build", "RUN x").rule == "LS401"


def test_what_is_deleted_first_and_stored_again_later_was_deleted(tmp_path: Path) -> None:
    layers: list[list[Row]] = [[file("app/data")], [("app/.wh.data", b"")], [file("app/data")]]
    found = only(analysis_of(tmp_path, layers, [COPY, "RUN rm /app/data", "RUN ./make"]).findings)
    assert (found.rule, found.instructions) == ("LS401", (COPY, "RUN rm /app/data"))


def test_times_that_say_nothing_are_not_believed(tmp_path: Path) -> None:
    """Reproducible builds set every time to 0: then contents are read, also where the mode differs."""
    second = [file("app/data", DATA[::-1], mode=0o755, time=0)]
    assert found_for(tmp_path, [file("app/data", time=0)], second, COPY, "RUN x").rule == "LS404"


def test_compressed_layers_are_judged_by_size_and_time_unless_all_is_asked_for(tmp_path: Path) -> None:
    """A chmod shows in time and mode; whether a touched file is the same takes reading it."""
    mode, touched, other, new = (letter * len(DATA) for letter in (b"m", b"t", b"o", b"n"))
    layers: list[list[Row]] = [
        [file("app/mode", mode), file("app/touched", touched), file("app/other", other)],
        [file("app/mode", mode, 0o755), file("app/touched", touched, time=TIME + 5), file("app/other", new, time=TIME + 5)],
    ]
    quick = compressed_analysis(tmp_path / "quick", layers, (COPY, "RUN x")).findings
    assert {finding.rule: finding.size for finding in quick} == {"LS402": len(DATA), "LS404": 2 * len(DATA)}
    assert all(any("without reading the content" in line for line in finding.evidence) for finding in quick)
    thorough = compressed_analysis(tmp_path / "thorough", layers, (COPY, "RUN x"), thorough=True).findings
    assert {finding.rule: finding.size for finding in thorough} == {"LS402": 2 * len(DATA), "LS404": len(DATA)}


def test_what_the_layers_of_a_base_did_is_one_finding(tmp_path: Path) -> None:
    """Nobody who builds on golang can change what its own layers overwrite."""
    layers: list[list[Row]] = [
        [file("etc/a"), file("etc/b")],
        [file("etc/a", b"x")],
        [file("etc/b", b"y")],
        [file("etc/a", b"z")],
    ]
    history = [
        "ADD rootfs /",
        "RUN one",
        "ENV GOLANG_VERSION=1.22",
        "ENV GOPATH=/go",
        "RUN two",
        "WORKDIR /go",
        "COPY a /etc/a",
    ]
    layers.insert(3, [directory("go")])
    analysis = analysis_of(tmp_path, layers, history, Env=["GOLANG_VERSION=1.22", "GOPATH=/go"])
    assert analysis.history.base_layers == 4
    found = [finding for finding in analysis.findings if finding.rule == "LS404"]
    assert [(finding.layers, finding.size) for finding in found] == [((0, 1, 2), 2 * len(DATA)), ((1, 4), 1)]
    assert "layers of the base image among themselves: 0, 1, 2" in found[0].evidence
