"""What is asked of containers, as the command line says it; what cannot be asked is wrong use."""

import math

import pytest

from layerscope.commands.input.arguments import command_parser
from layerscope.commands.input.probe import add_confinement, add_questions, probe_of
from layerscope.core.errors import UsageError
from layerscope.proof.confinement import Network
from layerscope.proof.containers import Probe


def probe(*words: str) -> Probe:
    parser = command_parser("prove", "")
    add_questions(parser)
    add_confinement(parser)
    return probe_of(parser.parse_args(list(words)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("8080", (8080, "/")),
        (":80/health", (80, "/health")),
        ("1/é", (1, "/%C3%A9")),
        ("80/a%20b?q=1&r=[2]", (80, "/a%20b?q=1&r=[2]")),
        ("80/a\x01\x7f", (80, "/a%01%7F")),
        ("80/\udcff", (80, "/%FF")),
        ("80/page#part", (80, "/page")),
    ],
)
def test_a_path_is_sent_as_a_browser_sends_it(text: str, expected: tuple[int, str]) -> None:
    assert probe("--http", text).http == (expected,)


@pytest.mark.parametrize(
    "words",
    [
        *(("--timeout", text) for text in ("nan", "inf", "0", "-1", "1e9", "soon", "")),
        *(("--http", text) for text in ("0/", "65536", "80 /", "80/a b", "x", "١/", "http://127.0.0.1/")),
        ("--env", "PORT"),
        ("--env", "=8080"),
        ("--memory", "much"),
        ("--cap-add", "NET_RAWR"),
    ],
    ids="".join,
)
def test_what_cannot_be_asked_is_wrong_use(words: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match=words[0]):
        probe(*words)


def test_what_is_not_said_is_little() -> None:
    asked = probe()
    assert (asked.http, asked.commands, asked.trace) == ((), (), False)
    assert math.isclose(asked.seconds, 30)
    assert asked.confinement.network is Network.ISOLATED
