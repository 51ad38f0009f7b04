"""The verdict of a proof, as text."""

from collections.abc import Iterator, Sequence

from layerscope.core.names import absolute
from layerscope.core.units import size
from layerscope.proof.ladder import Evidence
from layerscope.proof.model import Proof, Verdict
from layerscope.report.wording import visible

_VERDICTS = {
    Verdict.PROVED: "PROVED: the lean image does what the fat one does",
    Verdict.RUNS: "RUNS: the lean image keeps running as the fat one does; what they answer was not asked (--http, --exec)",
    Verdict.CHECKED: "CHECKED: nothing that it loads is missing",
    Verdict.REFUTED: "NOT PROVED: the lean image does not do what the fat one does",
    Verdict.NOT_PROVED: "not proved: the fat image does not answer either",
}


Fact = tuple[str, str]


def render(proof: Proof) -> str:
    """A few lines: the verdict first, then sizes, what was asked, what was added, and what the trace saw."""
    facts = (*_sizes(proof), *_built_again(proof), *_answers(proof), *_trace(proof), *_limits(proof))
    lines = (f"  {name:<12}  {text}" for name, text in facts)
    return "\n".join((_VERDICTS[proof.verdict], "", *lines)) + "\n"


def render_evidence(evidence: Sequence[Evidence]) -> str:
    """What speaks for each rung that was tried, a line each; nothing where there was one alone."""
    if len(evidence) < 2:
        return ""
    lines = (f"  {item.rung:<12}  {size(item.proof.sizes.exact):>8}  {_evidence(item)}" for item in evidence)
    return "\n".join(("", "Evidence for each rung:", *lines)) + "\n"


def _evidence(item: Evidence) -> str:
    proof = item.proof
    if proof.added:
        return f"not without what was missing: {absolute(proof.added[0])}"
    what = next(iter((*proof.differences, *proof.unresolved)), "")
    return _VERDICTS[proof.verdict].partition(":")[0] + (f": {visible(what)}" if what else "")


def _sizes(proof: Proof) -> Iterator[Fact]:
    sizes = proof.sizes
    error = (sizes.exact - sizes.predicted) / sizes.exact if sizes.exact else 0.0
    yield "base", visible(proof.plan.base.reference) if proof.plan.base else "scratch"
    yield "predicted", f"{size(sizes.predicted)}, built {size(sizes.exact)} ({error:+.2%})"
    yield "uncompressed", f"{size(sizes.uncompressed)} as layer tars, {size(sizes.compressed)} compressed"


def _built_again(proof: Proof) -> Iterator[Fact]:
    """The program that the recommended Dockerfile builds without the C library."""
    path = absolute(proof.built_again)
    if not proof.built_again:
        return
    if proof.built_size is None:
        yield "not built", f"{path} is proved as it is; the recommended Dockerfile builds it again, which takes an engine"
    else:
        yield "built again", f"{path} without the C library, as the recommended Dockerfile does: {size(proof.built_size)}"


def _answers(proof: Proof) -> Iterator[Fact]:
    before, after = proof.fat.seconds, proof.lean.seconds
    if before is not None and after is not None:
        yield "first answer", f"{before:.2f} s fat, {after:.2f} s lean"
    texts = {
        "asked": proof.answers,
        "NO ANSWER": proof.silence,
        "varies": tuple(
            f"{question}: what differs between the fat image's own answers is not compared" for question in proof.varying
        ),
        "DIFFERENT": proof.differences,
        "MISSING": proof.unresolved,
    }
    yield from ((name, visible(text)) for name, found in texts.items() for text in found)
    yield from (("added", f"{absolute(path)}: the lean image failed without it") for path in proof.added)
    if proof.added or (proof.trace and proof.trace.missed):
        yield "", "recommend --observed FILE keeps what was added, with the FILE of --observed-out; so does recommend --prove"


def _trace(proof: Proof) -> Iterator[Fact]:
    if trace := proof.trace:
        yield "trace", f"{trace.opened:,} files of the image opened, {len(trace.missed)} not predicted,"
        yield "", f"{size(trace.kept_unopened)} kept that were not opened"
        yield from (("missed", f"{absolute(path)}: opened at run time, and added") for path in trace.missed)


def _limits(proof: Proof) -> Iterator[Fact]:
    """What bounds the proof: the confinement of a run that failed, and that there was no run."""
    if proof.capabilities and (proof.silence or proof.differences):
        yield "confined", f"to capabilities {', '.join(proof.capabilities)}; layerscope prove --help tells what gives more"
    if proof.why_not_run:
        yield "not run", f"{proof.why_not_run}; what was checked is that everything that it loads is there"
