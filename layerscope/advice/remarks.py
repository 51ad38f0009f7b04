"""What there is to say about a recommendation: each remark with a code, which programs compare, and a sentence for people.

The sentences are in ``remarks.toml``, by code.
"""

from enum import StrEnum
from functools import cache

from msgspec import Struct

from layerscope.advice.rules import document


class Code(StrEnum):
    """Which remark it is. Refusals, and why an image is lean, stand alone; risks, problems and doubts are beside a plan."""

    UNREADABLE = "unreadable"
    OTHER_SYSTEM = "other-system"
    NOTHING_STARTED = "nothing-started"
    START_UNKNOWN = "start-unknown"
    NOT_EXECUTABLE = "not-executable"
    DIRECTORY_STARTED = "directory-started"
    CARRIAGE_RETURN = "carriage-return"
    NAMELESS_WITH_TRIGGERS = "nameless-with-triggers"
    SCRIPT_NOT_FOLLOWED = "script-not-followed"
    BARE_SHELL = "bare-shell"
    BUILDS_WHEN_STARTED = "builds-when-started"
    CODE_NOT_FOLLOWED = "code-not-followed"
    PACKAGE_NOT_FOLLOWED = "package-not-followed"
    CHECK_NOT_FOLLOWED = "check-not-followed"

    FEW_TRACES = "few-traces"
    NO_TRACES = "no-traces"
    MOSTLY_APPLICATION = "mostly-application"
    OTHER_BASE_SAVES = "other-base-saves"

    UNRESOLVED = "unresolved"
    BASE_SIZE_UNKNOWN = "base-size-unknown"
    BASE_NOT_OPENED = "base-not-opened"
    BASE_ESTIMATED = "base-estimated"
    BASE_OF_OTHER_MACHINE = "base-of-other-machine"
    BASE_TOO_OLD = "base-too-old"
    BASE_OF_OTHER_LIBC = "base-of-other-libc"
    BASE_WITHOUT_SHELL = "base-without-shell"
    LOADED_BY_NAME = "loaded-by-name"
    HELPERS_NEED_LIBC = "helpers-need-libc"
    BUILT_AGAIN = "built-again"
    BUILT_BY_UNKNOWN_WORDS = "built-by-unknown-words"
    BUILT_ELSEWHERE = "built-elsewhere"

    DIRECTORY_NOT_MADE = "directory-not-made"
    NOT_COPIED = "not-copied"
    LEADS_ELSEWHERE = "leads-elsewhere"
    UNWRITABLE = "unwritable"
    CREDENTIAL_IN_CONFIG = "credential-in-config"
    CREDENTIAL_IN_DOCKERFILE = "credential-in-dockerfile"
    TRIGGERS_LOST = "triggers-lost"
    SHELL_LOST = "shell-lost"
    CHECK_WITHOUT_SHELL = "check-without-shell"

    ARGUMENT_FROZEN = "argument-frozen"
    ARGUMENT_IN_PATH = "argument-in-path"
    LAST_STAGE = "last-stage"
    OTHER_DOCKERFILE = "other-dockerfile"
    KEEPS_NOTHING = "keeps-nothing"
    TIGHT = "tight"
    PROVED_BELOW = "proved-below"

    FOLLOWED = "followed"
    CLOSURE = "closure"
    SUBTRACTED = "subtracted"

    USELESS_FILES = "useless-files"
    NOT_IGNORED = "not-ignored"
    SOURCES_FIRST = "sources-first"
    RUNS_AS_ROOT = "runs-as-root"
    SYMBOLS = "symbols"


class Remark(Struct, frozen=True):
    """One remark: ``text`` is a sentence that is safe to show."""

    code: Code
    text: str


@cache
def sentences() -> dict[str, str]:
    """The sentences by code, with places for what they are about."""
    return {code: sentence for group in document("remarks.toml").values() for code, sentence in group.items()}


def remark(code: Code, /, **about: object) -> Remark:
    """The remark with that code; ``about`` fills its sentence in."""
    return Remark(code, sentences()[code].format(**about))
