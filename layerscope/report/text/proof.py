"""The verdict of a proof, as text."""

from layerscope.core import units
from layerscope.core.names import absolute
from layerscope.proof.model import Proof, Verdict
from layerscope.report.wording import visible

_VERDICTS = {
    Verdict.PROVED: "PROVED: the lean image does what the fat one does",
    Verdict.RUNS: "RUNS: the lean image keeps running as the fat one does; what they answer was not asked (--http, --exec)",
    Verdict.CHECKED: "CHECKED: nothing that it loads is missing",
    Verdict.REFUTED: "NOT PROVED: the lean image does not do what the fat one does",
    Verdict.NOT_PROVED: "not proved: the fat image does not answer either",
}


def render(proof: Proof) -> str:
    """A few lines: the verdict first, then sizes, what was asked, what was added, and what the trace saw."""
    lines = [_VERDICTS[proof.verdict], ""]
    sizes = proof.sizes
    error = (sizes.exact - sizes.predicted) / sizes.exact if sizes.exact else 0.0
    base = visible(proof.plan.base.reference) if proof.plan.base else "scratch"
    lines += [
        f"  base          {base}",
        f"  predicted     {units.size(sizes.predicted)}, built {units.size(sizes.exact)} ({error:+.2%})",
        f"  uncompressed  {units.size(sizes.uncompressed)} as layer tars, {units.size(sizes.compressed)} compressed",
    ]
    if proof.built_again:
        lines += _built_again(proof)
    before, after = proof.startup
    if before is not None and after is not None:
        lines.append(f"  first answer  {before:.2f} s fat, {after:.2f} s lean")
    lines += [f"  asked         {visible(answer)}" for answer in proof.answers]
    lines += [f"  NO ANSWER     {visible(line)}" for line in proof.silence]
    lines += [f"  DIFFERENT     {visible(difference)}" for difference in proof.differences]
    lines += [f"  NOT RESOLVED  {visible(item)}" for item in proof.unresolved]
    lines += [f"  added         {absolute(path)}: the lean image failed without it" for path in proof.added]
    if proof.trace is not None:
        lines.append(
            f"  trace         {proof.trace.opened:,} files of the image opened, {len(proof.trace.missed)} not predicted,"
        )
        lines.append(f"                {units.size(proof.trace.kept_unopened)} kept that were not opened")
        lines += [f"  missed        {absolute(path)}: opened at run time, and added" for path in proof.trace.missed]
    if proof.capabilities and (proof.silence or proof.differences):
        lines.append(
            f"  confined      to capabilities {', '.join(proof.capabilities)}; layerscope prove --help tells what gives more"
        )
    if proof.why_not_run:
        lines.append(f"  not run       {proof.why_not_run}; what was checked is that everything that it loads is there")
    return "\n".join(lines) + "\n"


def _built_again(proof: Proof) -> list[str]:
    """What became of the program that the recommended Dockerfile builds without the C library."""
    path = absolute(proof.built_again)
    if proof.built_size is None:
        return [f"  not built     {path} is proved as it is; the recommended Dockerfile builds it again, which takes an engine"]
    return [f"  built again   {path} without the C library, as the recommended Dockerfile does: {units.size(proof.built_size)}"]
