"""Findings: no byte in two of them, none of what the program needs, and how sure each is."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layerscope.advice.findings.find import CONFIDENCE, WITHOUT_RULE
from layerscope.advice.rules import advice_rules
from layerscope.analysis import Analysis
from layerscope.attribution.catalogue import rules as catalogue_rules
from layerscope.core.vocabulary import CATEGORIES
from tests.support.archives import link
from tests.support.attributions import dpkg_database
from tests.support.programs import Row, analysis_of, go_program, program

SERVER = go_program("crypto/x509.loadSystemRoots", symbols=500)
BASE: list[Row] = [
    ("usr/local/go/bin/go", bytes(3000)),
    ("usr/share/doc/a/readme", bytes(200)),
    ("etc/ssl/certs/ca-certificates.crt", bytes(70)),
    ("usr/share/doc/b/gone", bytes(40)),
]
BUILD: list[Row] = [
    ("app/server", SERVER),
    ("app/main.go", b"package main\n"),
    ("root/.cache/go-build/ab/cd", bytes(900)),
    ("app/.config", bytes(30)),
    ("usr/share/doc/b/.wh.gone", b""),
]
HISTORY = ["COPY base /", "RUN go build", "RUN chmod 600 /app/.config"]


@pytest.fixture
def analysis(tmp_path: Path) -> Analysis:
    chmod: list[Row] = [program("app/.config", bytes(30), 0o600)]
    return analysis_of(tmp_path, [BASE, BUILD, chmod], HISTORY, Cmd=["/app/server"], WorkingDir="/app")


def check_bytes(analysis: Analysis) -> None:
    """What holds for the findings of every image."""
    filesystem, found = analysis.filesystem, [finding for finding in analysis.findings if finding.entries]
    stored = sum(filesystem.sizes)
    counted = [entry for finding in found for entry in finding.entries]
    assert len(counted) == len(set(counted)), "an entry is in two findings"
    assert sum(finding.size for finding in analysis.findings) <= stored
    for finding in found:
        whole = sum(filesystem.sizes[entry] for entry in finding.entries)
        assert finding.size == whole if finding.rule != "LS790" else 0 < finding.size <= whole
    hidden = {entry for entry, size in enumerate(filesystem.sizes) if size and not filesystem.stored_live[entry]}
    dead = {entry for finding in found if finding.rule.startswith(("LS4", "LS8")) for entry in finding.entries}
    assert hidden <= dead, "hidden content without a finding"
    assert all(not finding.size for finding in analysis.findings if not finding.entries)


def test_findings_and_needs_are_all_bytes_and_none_twice(analysis: Analysis) -> None:
    check_bytes(analysis)
    needed = sum(analysis.filesystem.sizes[need.entry] for need in analysis.runtime.needs)
    stripped = sum(finding.size for finding in analysis.findings if finding.rule == "LS790")
    wasted = sum(finding.size for finding in analysis.findings)
    assert wasted + needed - stripped == analysis.sizes.stored


KEY = b"-----BEGIN PRIVATE KEY-----\nMIIBVQ==\n-----END PRIVATE KEY-----\n"
CONTENTS = (b"", b"x", b"y", b"TOKEN=abc123def\n", KEY, bytes(5000), b"z" * 5000, SERVER)
PATHS = ("app/server", "app/.env", "app/a/data", "app/a/copy", "app/tls.key", "usr/share/doc/x", "root/.cache/pip/y", "opt/z")
ACTIONS = st.one_of(
    st.tuples(st.sampled_from(PATHS), st.sampled_from(CONTENTS), st.sampled_from((0o644, 0o755))),
    st.tuples(st.sampled_from((*PATHS, "app/a", "root")), st.none(), st.just(0)),
    st.tuples(st.sampled_from(PATHS), st.just("link"), st.sampled_from((0, 1, 2, 3, 4, 5, 6, 7))),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.lists(st.dictionaries(st.sampled_from(PATHS), ACTIONS, max_size=6), min_size=1, max_size=4))
def test_in_any_image_no_byte_is_in_two_findings(tmp_path: Path, layers: list[dict[str, tuple[str, object, int]]]) -> None:
    made: list[list[Row]] = []
    for number, actions in enumerate(layers):
        rows: list[Row] = []
        for path, content, mode in {action[0]: action for action in actions.values()}.values():
            directory, _, name = path.rpartition("/")
            if content is None:
                rows += [(f"{directory}/.wh.{name}".lstrip("/"), b"")] if number else []
            elif content == "link":
                rows.append(link(path, PATHS[mode], b"1"))
            else:
                rows.append(program(path, content, mode))  # type: ignore[arg-type]
        made.append(rows)
    check_bytes(analysis_of(tmp_path, made, Cmd=["/app/server"], WorkingDir="/app", Env=["API_TOKEN=abc123def"]))


def test_each_finding_says_how_sure_it_is(analysis: Analysis) -> None:
    found = {(finding.category, finding.rule): (finding.size, finding.confidence) for finding in analysis.findings}
    assert found["toolchain", "LS101"] == (3000, "build-only")
    assert found["cache", "LS201"] == (900, "dead")
    assert found["docs", "LS501"] == (200, "unreached")
    assert found["docs", "LS401"] == (40, "dead")
    assert found["application", "LS402"] == (30, "dead")
    assert found["application", "LS790"] == (500, "build-only")


def test_the_most_bytes_come_first_but_for_credentials(tmp_path: Path) -> None:
    rows: list[Row] = [("app/.env", b"API_KEY=abc123def\n"), ("usr/local/go/bin/go", bytes(3000)), ("usr/share/doc/a", b"x")]
    rules = [finding.rule for finding in analysis_of(tmp_path, [rows], Env=["DB_PASSWORD=hunter2"]).findings]
    assert rules == ["LS801", "LS810", "LS101", "LS501"]


def test_without_a_program_nothing_is_called_unreached_that_may_run(tmp_path: Path) -> None:
    rows: list[Row] = [("usr/lib/x86_64-linux-gnu/libx.so.1", bytes(100)), ("usr/local/go/bin/go", bytes(50))]
    findings = analysis_of(tmp_path, [rows], Cmd=["/nowhere"]).findings
    assert {finding.category for finding in findings} == {"toolchain"}


def test_every_category_but_the_application_has_a_confidence() -> None:
    assert set(CONFIDENCE) == set(CATEGORIES) - {"application"}


def test_every_rule_explains_itself_under_an_id_of_its_own() -> None:
    advice = advice_rules()
    assert not advice.keys() & {rule.id for rule in catalogue_rules()}
    assert not {rule.name for rule in advice.values()} & {rule.name for rule in catalogue_rules()}
    assert set(WITHOUT_RULE.values()) <= advice.keys()
    for rule in advice.values():
        assert rule.title
        assert rule.why.endswith(".")
        assert rule.remedy.endswith(".")


def test_a_full_base_is_compared_with_its_slim_variant(tmp_path: Path) -> None:
    """python:3.11 brings what building needs; what the slim variant installs too is not counted, nor is the distribution."""
    libraries = {
        "libmagick": ("8", ["/usr/lib/libmagick.so.8"]),
        "libssl3": ("3", ["/usr/lib/libssl.so.3"]),
        "libc6": ("2", ["/usr/lib/libc.so.6"]),
    }
    distribution: list[Row] = [("usr/lib/libc.so.6", bytes(70)), ("etc/os-release", b"ID=debian\n")]
    full: list[Row] = [("usr/lib/libmagick.so.8", bytes(900)), ("usr/lib/libssl.so.3", bytes(80)), *dpkg_database(libraries)]
    history = [
        "ADD rootfs.tar /",
        "RUN apt-get install -y imagemagick libmagick-dev",
        "ENV PYTHON_VERSION=3.11.7",
        "ENV PYTHON_SHA256=18e1aa7e66ff3a58423d59ed22815a6954e53342122c45df20c96877c062b9b7",
        "RUN make install",
        'CMD ["python3"]',
        "COPY app.py /app/",
    ]
    env = ["PYTHON_VERSION=3.11.7", "PYTHON_SHA256=18e1aa7e66ff3a58423d59ed22815a6954e53342122c45df20c96877c062b9b7"]
    layers: list[list[Row]] = [distribution, full, [("usr/local/bin/python3.11", bytes(50))], [("app/app.py", b"print()\n")]]
    analysis = analysis_of(tmp_path, layers, history, Cmd=["python3.11", "/app/app.py"], Env=env)
    (found,) = [finding for finding in analysis.findings if finding.rule == "LS991"]
    assert (found.size, found.layers, found.instructions) == (900, (1,), ("RUN apt-get install -y imagemagick libmagick-dev",))
    assert "python:3.11.7-slim" in found.title
    check_bytes(analysis)
