"""What the answers of the fat and the lean container prove."""

import json
import re

from layerscope.core.names import printable
from layerscope.proof.asking import Answer, Asked
from layerscope.proof.containers import Ending, Outcome

_MOST_TOLD = 300
_ERROR = 400
_SERVER_ERROR = 500


def silence(fat: Outcome) -> tuple[str, ...]:
    """Why what the fat container did proves nothing, a line each; empty when it answered.

    It must have started and kept within its memory. Each question must have an answer: a command that ends with 0, an HTTP
    status below 500; 404 and its like are answers, but not when there is nothing else. Where nothing is asked, a program
    that ends must end with 0.
    """
    if fat.ending in (Ending.NOT_STARTED, Ending.OUT_OF_MEMORY):
        return (_failed(fat),)
    found = [line for answer in fat.answers if (line := _unanswered(answer))]
    if not found and fat.answers and all(_is_error(answer) for answer in fat.answers):
        found = [f"{answer.question}: {answer.status}, and nothing else was asked" for answer in fat.answers]
    if not fat.answers and fat.exit_code:
        found.append(f"its program ended with {fat.exit_code}: {_last_words(fat)}")
    return tuple(found)


def _unanswered(answer: Answer) -> str:
    if answer.failure:
        return f"{answer.question}: {answer.failure}"
    if answer.kind is Asked.COMMAND and answer.status:
        return f"{answer.question}: ended with {answer.status}"
    if answer.kind is Asked.HTTP and answer.status >= _SERVER_ERROR:
        return f"{answer.question}: {answer.status}, an error of the server"
    return ""


def _is_error(answer: Answer) -> bool:
    return answer.kind is Asked.HTTP and answer.status >= _ERROR


def differences(fat: Outcome, lean: Outcome) -> tuple[str, ...]:
    """What the lean container did otherwise than the fat one, a line each; empty when they are alike."""
    if lean.ending in (Ending.NOT_STARTED, Ending.OUT_OF_MEMORY):
        return (_failed(lean),)
    found = []
    if fat.exit_code != lean.exit_code:
        found.append(f"the fat image's program {_told(fat.exit_code)}, the lean one's {_told(lean.exit_code)}")
    for before, after in zip(fat.answers, lean.answers, strict=True):
        if before.failure != after.failure and after.failure:
            found.append(f"{before.question}: {after.failure}")
        elif before.status != after.status:
            found.append(f"{before.question}: {before.status} from the fat image, {after.status} from the lean one")
        elif not _alike(before.body, after.body):
            found.append(f"{before.question}: the bodies differ ({len(before.body):,} and {len(after.body):,} bytes)")
    if not fat.answers and not lean.answers and fat.exit_code is not None and fat.said != lean.said:
        found.append("the two wrote different output")
    return tuple(found)


def _failed(outcome: Outcome) -> str:
    if outcome.ending is Ending.OUT_OF_MEMORY:
        return "the container ran out of memory; --memory gives it more"
    return f"the container could not be started: {_last_words(outcome)}"


def _last_words(outcome: Outcome) -> str:
    return printable(outcome.said.strip()[-_MOST_TOLD:])


def _told(code: int | None) -> str:
    return "keeps running" if code is None else f"ended with {code}"


def _alike(before: bytes, after: bytes) -> bool:
    """Whether two bodies are the same, or JSON documents of the same shape whose numbers and times alone differ (uptimes)."""
    if before == after:
        return True
    try:
        return _shape(json.loads(before)) == _shape(json.loads(after))
    except ValueError:
        return False


def _shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: _shape(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shape(item) for item in value]
    return type(value).__name__ if isinstance(value, int | float) and not isinstance(value, bool) else _timeless(value)


def _timeless(value: object) -> object:
    return re.sub(r"\d+", "0", value) if isinstance(value, str) else value
