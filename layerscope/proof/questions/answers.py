"""Questions to a container, and what it answers to one."""

from enum import StrEnum

from msgspec import Struct


class Asked(StrEnum):
    """Over HTTP, or with a command in the container."""

    HTTP = "http"
    COMMAND = "exec"


class Answer(Struct, frozen=True, kw_only=True):
    """One question with its answer: an HTTP status with the body and those headers that are compared, or an exit code with the
    output; ``failure`` when none came."""

    question: str
    status: int = 0
    body: bytes = b""
    failure: str = ""
    kind: Asked = Asked.HTTP
    headers: tuple[str, ...] = ()
