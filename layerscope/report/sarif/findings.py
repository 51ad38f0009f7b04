"""Findings as SARIF 2.1.0 (OASIS, errata 01): results with rules that explain themselves.

With a Dockerfile each result is at the lines of the instruction that made its bytes; without one at the image itself, with the
layers as logical locations. Messages are plain text: what could be a link or a placeholder (§3.11) is escaped.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from layerscope import __version__
from layerscope.advice.dockerfile.lines import Span
from layerscope.advice.findings.evidence import layers_by_bytes
from layerscope.advice.model import Finding
from layerscope.advice.rules import SECRETS, advice_rules
from layerscope.analysis import Analysis
from layerscope.attribution.catalogue import rule as catalogue_rule
from layerscope.core.names import absolute, printable
from layerscope.core.units import size
from layerscope.core.vocabulary import Confidence
from layerscope.report.facts import facts_of
from layerscope.report.json import json_text
from layerscope.report.sarif.fingerprints import unique
from layerscope.report.sarif.located import Located
from layerscope.report.wording import instruction_of, visible

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
"""Where the standard publishes its schema."""

LEVELS = {
    Confidence.DEAD: "warning",
    Confidence.BUILD_ONLY: "warning",
    Confidence.UNREACHED: "note",
    Confidence.UNKNOWN: "note",
}
"""The level of a finding by its confidence; a credential is always an error."""

_FINGERPRINT = "layerscope/v1"
_RELATED = 5

Result = dict[str, Any]
Rule = dict[str, Any]


def render(analysis: Analysis, located: Located | None = None) -> bytes:
    """The findings of one image."""
    return log(analysis, [result_of(analysis, finding, located) for finding in analysis.findings])


def log(analysis: Analysis, results: list[Result], rules: Mapping[str, Rule] | None = None) -> bytes:
    """A log of one run with these results; ``rules`` are those that neither advice nor the catalogue knows, by id.

    A result's ``identity`` does not end up in it, but makes the fingerprint by which it is known again in the next run.
    """
    image = analysis.image
    used = list(dict.fromkeys(result["ruleId"] for result in results))
    names = unique(tuple(result.pop("identity")) for result in results)
    for result, name in zip(results, names, strict=True):
        result["ruleIndex"] = used.index(result["ruleId"])
        result["partialFingerprints"] = {_FINGERPRINT: name}
    problems = [{"level": "error", "message": {"text": message(problem)}} for problem in analysis.problems]
    run = {
        "tool": {
            "driver": {
                "name": "layerscope",
                "version": __version__,
                "semanticVersion": __version__,
                "rules": [(rules or {}).get(identity) or _rule(identity) for identity in used],
            }
        },
        "automationDetails": {"id": f"layerscope/{_uri(printable(image.reference))}/"},
        "invocations": [{"executionSuccessful": not problems, "toolExecutionNotifications": problems}],
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "image": printable(image.reference),
            "platform": printable(str(image.config.platform)),
            "manifestDigest": image.manifest_digest,
            "configDigest": image.config_digest,
            "liveBytes": analysis.sizes.live,
            "shadowedBytes": analysis.sizes.shadowed,
        },
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def message(text: str) -> str:
    """Plain text of a message: nothing in it is a placeholder (§3.11.5) or ends the text of a link (§3.11.6)."""
    return visible(text).replace("](", "\\](").replace("{", "{{").replace("}", "}}")


class RuleText(Struct, frozen=True, kw_only=True):
    """What a code host shows of a rule beside its results."""

    name: str
    subject: str
    why: str = ""
    remedy: str = ""
    exceptions: str = ""
    tags: tuple[str, ...] = ("waste",)


def _rule(identity: str) -> Rule:
    """What explains a rule of advice or of the catalogue."""
    is_secret = identity.startswith(SECRETS)
    return described(identity, _text_of(identity, "security" if is_secret else "waste"), "error" if is_secret else "warning")


def _text_of(identity: str, tag: str) -> RuleText:
    if advice := advice_rules().get(identity):
        return facts_of(RuleText, advice, str, subject=advice.title, tags=(tag,))
    if found := catalogue_rule(identity):
        tags = tuple(dict.fromkeys(filter(None, ("waste", found.category, found.ecosystem))))
        return facts_of(RuleText, found, str, subject=found.component or found.name, tags=tags)
    return RuleText(name=identity, subject=identity)


def described(identity: str, text: RuleText, level: str) -> Rule:
    """A rule (§3.49): all that a code host shows of it beside its results."""
    help_lines = (
        text.why,
        f"What to do: {text.remedy}" if text.remedy else "",
        f"When it is needed after all: {text.exceptions}" if text.exceptions else "",
        f"More: layerscope rule {identity}" if identity.startswith("LS") else "",
    )
    security = {"security-severity": "7.5"} if "security" in text.tags else {}
    return {
        "id": identity,
        "name": text.name,
        "shortDescription": {"text": f"{text.subject[:1].upper()}{text.subject[1:]}"},
        "fullDescription": {"text": text.why or text.subject},
        "help": {"text": "\n\n".join(filter(None, help_lines)) or text.subject},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": list(text.tags), **security},
    }


def result_of(analysis: Analysis, finding: Finding, located: Located | None) -> Result:
    """One finding as a result (§3.27)."""
    much = f"{size(finding.size)}, " if finding.size else ""
    remedy = f" {finding.remedy}" if finding.remedy else ""
    told = f"{finding.title}: {much}{finding.confidence}. {' '.join(finding.evidence[:1])}{remedy}"
    layers = tuple(dict.fromkeys((*layers_by_bytes(analysis.filesystem, finding.entries), *finding.layers)))
    return {
        "ruleId": finding.rule,
        "level": "error" if finding.rule.startswith(SECRETS) else LEVELS[finding.confidence],
        "message": {"text": message(told)},
        **places(analysis, located, layers, finding.instructions, finding.paths),
        "properties": {
            "bytes": finding.size,
            "confidence": finding.confidence,
            "category": finding.category,
            "layers": list(finding.layers),
            "paths": [absolute(path) for path in finding.paths],
            "evidence": [visible(text) for text in finding.evidence],
        },
        "identity": (finding.rule, finding.category, finding.confidence, *finding.instructions),
    }


def places(
    analysis: Analysis, located: Located | None, layers: Sequence[int], instructions: Sequence[str], paths: Iterable[bytes]
) -> dict[str, Any]:
    """Where a result is: its first place, and the further ones as related."""
    logical = [_logical(analysis, layer) for layer in layers]
    logical += [{"fullyQualifiedName": absolute(path), "kind": "file"} for path in paths]
    if located is None:
        return {"locations": [_location(_uri(printable(analysis.image.reference)), None, logical)]}
    spans = located.spans(analysis, layers, instructions)
    uri = _uri(located.path)
    found: dict[str, Any] = {"locations": [_location(uri, spans[0] if spans else None, logical)]}
    if spans[1:]:
        found["relatedLocations"] = [
            {"id": number, **_location(uri, span, [])} for number, span in enumerate(spans[1 : _RELATED + 1], 1)
        ]
    return found


def _location(uri: str, span: Span | None, logical: list[dict[str, Any]]) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if span is not None:
        physical["region"] = {"startLine": span.start, "endLine": span.end}
    return {"physicalLocation": physical, **({"logicalLocations": logical} if logical else {})}


def _logical(analysis: Analysis, layer: int) -> dict[str, Any]:
    name = f"layer {layer}"
    return {"name": name, "fullyQualifiedName": f"{name}: {instruction_of(analysis, layer)}", "kind": "layer"}


def _uri(text: str) -> str:
    """A relative reference (RFC 3986): a colon would make the part before it a scheme."""
    return quote(text, safe="/@+,")
