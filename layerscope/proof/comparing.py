"""What the answers of the fat and the lean container prove."""

import json
import re
from collections.abc import Iterator

from layerscope.core.names import printable
from layerscope.proof.asking import Answer, Asked
from layerscope.proof.containers import Ending, Outcome

_LAST_WORDS = 300
_ERROR = 400
_SERVER_ERROR = 500
_NEVER_RAN = (Ending.NOT_STARTED, Ending.OUT_OF_MEMORY)


def silence(fat: Outcome) -> tuple[str, ...]:
    """Why what the fat container did proves nothing, a line each; empty when it answered.

    It must have started and kept within its memory. Each question must have an answer: a command that ends with 0, an HTTP
    status below 500; 404 and its like are answers, but not when there is nothing else. Where nothing is asked, a program
    that ends must end with 0.
    """
    if fat.ending in _NEVER_RAN:
        return (_failure(fat),)
    if not fat.answers:
        return (f"its program ended with {fat.exit_code}: {_last_words(fat)}",) if fat.exit_code else ()
    lines = tuple(filter(None, map(_no_answer, fat.answers)))
    if lines or not all(map(_is_error, fat.answers)):
        return lines
    return tuple(f"{answer.question}: {answer.status}, and nothing else was asked" for answer in fat.answers)


def _no_answer(answer: Answer) -> str:
    """Why it is no answer, "" when it is one."""
    reason = answer.failure or _bad_status(answer)
    return f"{answer.question}: {reason}" if reason else ""


def _bad_status(answer: Answer) -> str:
    if answer.kind is Asked.COMMAND:
        return f"ended with {answer.status}" if answer.status else ""
    return f"{answer.status}, an error of the server" if answer.status >= _SERVER_ERROR else ""


def _is_error(answer: Answer) -> bool:
    return answer.kind is Asked.HTTP and answer.status >= _ERROR


def differences(fat: Outcome, lean: Outcome) -> tuple[str, ...]:
    """What the lean container did otherwise than the fat one, a line each; empty when they are alike."""
    return (_failure(lean),) if lean.ending in _NEVER_RAN else tuple(_differences(fat, lean))


def _differences(fat: Outcome, lean: Outcome) -> Iterator[str]:
    if fat.exit_code != lean.exit_code:
        yield f"the fat image's program {_state(fat.exit_code)}, the lean one's {_state(lean.exit_code)}"
    for before, after in zip(fat.answers, lean.answers, strict=True):
        if difference := _difference(before, after):
            yield f"{before.question}: {difference}"
    if not fat.answers and fat.exit_code is not None and fat.said != lean.said:
        yield "the two wrote different output"


def _difference(before: Answer, after: Answer) -> str:
    """How the lean container answers a question otherwise, "" when it does not."""
    if after.failure and before.failure != after.failure:
        return after.failure
    if before.status != after.status:
        return f"{before.status} from the fat image, {after.status} from the lean one"
    if not _alike(before.body, after.body):
        return f"the bodies differ ({len(before.body):,} and {len(after.body):,} bytes)"
    return ""


def _failure(outcome: Outcome) -> str:
    if outcome.ending is Ending.OUT_OF_MEMORY:
        return "the container ran out of memory; --memory gives it more"
    return f"the container could not be started: {_last_words(outcome)}"


def _last_words(outcome: Outcome) -> str:
    return printable(outcome.said.strip()[-_LAST_WORDS:])


def _state(code: int | None) -> str:
    return "keeps running" if code is None else f"ended with {code}"


def _alike(before: bytes, after: bytes) -> bool:
    """Whether two bodies are the same, or JSON documents of the same shape that differ in numbers and times only (uptimes)."""
    if before == after:
        return True
    try:
        return _shape(json.loads(before)) == _shape(json.loads(after))
    except ValueError:
        return False


def _shape(value: object) -> object:
    match value:
        case dict():
            return {key: _shape(item) for key, item in value.items()}
        case list():
            return list(map(_shape, value))
        case str():
            return re.sub(r"\d+", "0", value)
        case int() | float() if not isinstance(value, bool):
            return type(value).__name__
    return value
