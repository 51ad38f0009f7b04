"""What ``prove`` finds out by running images: a plan that lacks a file, and the files that nobody can see from outside."""

import json

import pytest
from msgspec.structs import replace

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.model import Recommendation
from layerscope.advice.plan.base_content import opener
from layerscope.analysis import Analysis, analyze
from layerscope.core.vocabulary import Rung
from layerscope.proof import prove
from layerscope.proof.containers import Ending, Probe
from layerscope.proof.ladder import climb_down, lowest
from layerscope.sources import open_image
from tests.engine.conftest import CONTEXTS, Engine, free_port, made
from tests.engine.test_go_service import layerscope

pytestmark = pytest.mark.engine

PROBE = Probe(seconds=60)

UNRESOLVED = """
FROM debian:bookworm-slim
RUN head -c 2000000 /dev/zero > /var/lib/apt/lists/deb.example.org_dists_stable_Packages
ENTRYPOINT ["/opt/shop/start"]
"""

INTERPRETED = """
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends lua5.4 && rm -rf /var/lib/apt/lists/*
CMD ["lua5.4", "-e", "print(1 + 1)"]
"""
"""Nothing is known of what Lua runs, and it needs nothing but itself."""


def analysed(image: str) -> tuple[Analysis, RecommendOptions]:
    opened = open_image(f"docker-daemon:{image}")
    wanted = RecommendOptions(open_base=opener(opened))
    return analyze(opened, wanted=wanted), wanted


@pytest.fixture(scope="module")
def linked(engine: Engine) -> tuple[Analysis, RecommendOptions]:
    """A C program with a shared library, analysed, and its plan robbed of that library."""
    analysis, wanted = analysed(engine.build("rows/linked-library", CONTEXTS / "linked-library", "Dockerfile"))
    runtime = analysis.runtime
    robbed = replace(runtime, needs=tuple(need for need in runtime.needs if b"libz.so" not in need.path))
    assert len(robbed.needs) < len(runtime.needs)
    return replace(analysis, runtime=robbed), replace(wanted, base="scratch")


def test_a_plan_without_a_library_is_caught_and_the_library_named(
    linked: tuple[Analysis, RecommendOptions], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prove, "ROUNDS", 1)
    proof = prove.prove(*linked, PROBE)
    assert proof.lean.ending is not Ending.NOT_RUN
    assert not proof.holds
    assert any("libz.so.1" in line for line in (*proof.differences, *proof.unresolved))
    assert [path for path in proof.added if b"libz.so" in path]


def test_the_library_is_added_and_the_proof_runs_again(linked: tuple[Analysis, RecommendOptions]) -> None:
    proof = prove.prove(*linked, PROBE)
    assert proof.holds
    assert any(path.startswith(b"usr/lib/x86_64-linux-gnu/libz.so") for path in proof.added)


def test_a_file_whose_name_is_put_together_at_run_time_is_found_by_running(engine: Engine) -> None:
    analysis, wanted = analysed(engine.build("rows/composed-name", CONTEXTS / "composed-name", "Dockerfile"))
    hidden = b"srv/greeter/config.yml"
    assert hidden not in {need.path for need in analysis.runtime.needs}
    proof = prove.prove(analysis, wanted, PROBE)
    assert proof.holds
    assert hidden in proof.added
    assert analysis.filesystem.resolve(hidden) in proof.plan.kept


def test_the_trace_finds_it_too(engine: Engine) -> None:
    analysis, wanted = analysed(engine.build("rows/composed-name", CONTEXTS / "composed-name", "Dockerfile"))
    proof = prove.prove(analysis, wanted, replace(PROBE, trace=True))
    assert proof.holds
    assert proof.trace is not None
    assert proof.trace.missed == (b"srv/greeter/config.yml",)


def test_an_entrypoint_that_cannot_be_resolved_gets_findings_and_no_dockerfile(engine: Engine) -> None:
    image = engine.build_text("rows/unresolved", UNRESOLVED)
    report = json.loads(layerscope("report", f"docker-daemon:{image}", "--format", "json"))
    assert report["findings"]
    assert report["recommendation"]["dockerfile"] == ""
    assert any("/opt/shop/start, which is not in the image" in line for line in report["recommendation"]["risks"])


def test_a_program_that_the_dockerfile_builds_again_is_built_and_asked_too(engine: Engine) -> None:
    image = engine.build("rows/go-api:fat", CONTEXTS / "go-api", "Dockerfile")
    analysis, wanted = analysed(image)
    port = free_port()
    before = made()
    proof = prove.prove(analysis, wanted, Probe(http=((port, "/health"),), environment=(f"PORT={port}",), seconds=60))
    assert proof.holds
    assert proof.built_again == b"app/server"
    assert proof.built_size == proof.sizes.exact == pytest.approx(proof.plan.predicted_size, rel=0.01)
    assert made() <= before


def test_a_dockerfile_that_does_not_build_is_no_proof(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    image = engine.build("rows/go-api:fat", CONTEXTS / "go-api", "Dockerfile")
    analysis, wanted = analysed(image)
    before = made()
    found = prove.recommend

    def broken(*parts: object) -> Recommendation:
        plan = found(*parts)  # type: ignore[arg-type]
        return replace(plan, dockerfile=plan.dockerfile.replace("go build", "go build -no-such-flag"))

    monkeypatch.setattr(prove, "recommend", broken)
    port = free_port()
    proof = prove.prove(analysis, wanted, Probe(http=((port, "/health"),), environment=(f"PORT={port}",), seconds=60))
    assert not proof.holds
    assert [line for line in proof.differences if line.startswith("the recommended Dockerfile does not build")]
    assert made() <= before


def test_the_ladder_is_climbed_down_as_far_as_it_is_proved(engine: Engine) -> None:
    analysis, wanted = analysed(engine.build_text("proofs/lua", INTERPRETED))
    before = made()
    evidence = climb_down(analysis.runtime, wanted, lambda options: prove.prove(analysis, options, PROBE))
    assert [item.rung for item in evidence] == [Rung.SUBTRACTED, Rung.CLOSURE, Rung.FOLLOWED]
    assert all(item.holds for item in evidence)
    assert lowest(evidence).sizes.exact < evidence[0].proof.sizes.exact / 2
    assert made() <= before
