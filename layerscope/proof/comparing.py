"""What the answers of the fat and the lean container prove. The fat image is asked twice: what differs between its own answers
is not compared."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import TypeVar

from layerscope.core.names import printable
from layerscope.proof.containers import Ending, Expected, Outcome
from layerscope.proof.questions.alike import alike
from layerscope.proof.questions.answers import Answer, Asked

_LAST_WORDS = 300
_ERROR = 400
_SERVER_ERROR = 500
_NEVER_RAN = (Ending.NOT_STARTED, Ending.OUT_OF_MEMORY)

T = TypeVar("T")


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


def expected(fat: Sequence[Outcome]) -> Expected:
    """What a container is to do that does what the fat ones did."""
    known = {answer.question: _answers_to(fat, number) for number, answer in enumerate(fat[0].answers)}
    return Expected(
        lambda answer: not _difference(known[answer.question], answer),
        healthy=all(outcome.health == 0 for outcome in fat),
        stops=all(outcome.stopped is not None for outcome in fat),
    )


def differences(fat: Sequence[Outcome], lean: Outcome) -> tuple[str, ...]:
    """What the lean container did otherwise than all the fat ones, a line each; empty when they are alike."""
    return (_failure(lean),) if lean.ending in _NEVER_RAN else tuple(_differences(fat, lean))


def _differences(fat: Sequence[Outcome], lean: Outcome) -> Iterator[str]:
    codes = set(map(attrgetter("exit_code"), fat))
    if codes == {fat[0].exit_code} and lean.exit_code not in codes:
        yield f"the fat image's program {_state(fat[0].exit_code)}, the lean one's {_state(lean.exit_code)}"
    compared = ((answer, _difference(_answers_to(fat, number), answer)) for number, answer in enumerate(lean.answers))
    yield from (f"{answer.question}: {difference}" for answer, difference in compared if difference)
    if _speaks(fat[0]) and not alike(list(map(attrgetter("said"), fat)), lean.said):
        yield "the two wrote different output"
    if lean.exit_code is None:
        yield from _life(fat, lean)


def _speaks(fat: Outcome) -> bool:
    """Whether what a container wrote is all that it did."""
    return not fat.answers and fat.exit_code is not None


def _life(fat: Sequence[Outcome], lean: Outcome) -> Iterator[str]:
    """How the lean container, which runs, is otherwise under its HEALTHCHECK and its stop signal."""
    if all(outcome.health == 0 for outcome in fat) and lean.health:
        yield f"HEALTHCHECK: the fat image is healthy, in the lean one it {_state(lean.health)}"
    codes = set(map(attrgetter("stopped"), fat))
    if len(codes) == 1 and None not in codes and lean.stopped not in codes:
        how = "does not stop" if lean.stopped is None else f"ends with {lean.stopped}"
        yield f"stop signal: the fat image's program ends with {fat[0].stopped}, the lean one's {how}"


def _answers_to(fat: Sequence[Outcome], number: int) -> tuple[Answer, ...]:
    """What each fat container answered to one question."""
    return tuple(outcome.answers[number] for outcome in fat)


def _difference(before: Sequence[Answer], after: Answer) -> str:
    """How the lean container answers a question otherwise, "" when it does not."""
    if after.failure and after.failure not in map(attrgetter("failure"), before):
        return after.failure
    status, headers = _same(map(attrgetter("status"), before)), _same(map(attrgetter("headers"), before))
    if status not in (None, after.status):
        return f"{status} from the fat image, {after.status} from the lean one"
    if headers not in (None, after.headers):
        return f"{_list(headers or ())} from the fat image, {_list(after.headers)} from the lean one"
    if not alike([answer.body for answer in before], after.body):
        return f"the bodies differ ({len(before[0].body):,} and {len(after.body):,} bytes)"
    return ""


def varying(fat: Sequence[Outcome]) -> tuple[str, ...]:
    """The questions that the fat image answers differently each time; what differs was not compared."""
    questions = (_answers_to(fat, number) for number in range(len(fat[0].answers)))
    return tuple(answers[0].question for answers in questions if len({(item.status, item.body) for item in answers}) > 1)


def _same(values: Iterable[T]) -> T | None:
    """What all values are, None where they are not all the same."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


def _list(headers: Sequence[str]) -> str:
    return printable(", ".join(headers)) or "no Content-Type"


def _failure(outcome: Outcome) -> str:
    if outcome.ending is Ending.OUT_OF_MEMORY:
        return "the container ran out of memory; --memory gives it more"
    return f"the container could not be started: {_last_words(outcome)}"


def _last_words(outcome: Outcome) -> str:
    return printable(outcome.said.strip()[-_LAST_WORDS:])


def _state(code: int | None) -> str:
    return "keeps running" if code is None else f"ended with {code}"
