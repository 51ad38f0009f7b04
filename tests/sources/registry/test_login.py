"""What a registry asks for in its challenge, and cannot have."""

import pytest

from layerscope.core.errors import SourceError
from layerscope.sources.registry.challenges import Challenge
from layerscope.sources.registry.connections import Connections
from layerscope.sources.registry.login import Login
from layerscope.sources.registry.names import parse_name
from layerscope.sources.registry.origins import Origin

NAME = parse_name("registry.test/app")


@pytest.mark.parametrize("part", ["realm", "service", "scope"])
@pytest.mark.parametrize("value", ["a\r\nX-Evil: 1", "a\x00", "a\x7f", "\u202ea", "a" * 4001])
def test_control_characters_and_novels_in_a_challenge_are_not_sent_on(part: str, value: str) -> None:
    parameters = {"realm": "https://registry.test/token", "service": "s", "scope": "repository:app:pull", part: value}
    connections = Connections(Origin("https", "registry.test", 443), "the registry registry.test")
    with pytest.raises(SourceError, match="control characters"):
        Login(NAME, connections).authorization([Challenge("bearer", parameters)])
    connections.close()


def test_nobody_answers_a_challenge_of_basic_or_an_unknown_kind_with_nothing() -> None:
    connections = Connections(Origin("https", "registry.test", 443), "the registry registry.test")
    assert Login(NAME, connections).authorization([Challenge("negotiate", {}), Challenge("basic", {"realm": "x"})]) == ""
    connections.close()
