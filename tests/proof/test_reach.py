"""Which way leads to a container's ports: never this machine's network unless the user says so."""

import os
from typing import Any

import pytest

from layerscope.core.errors import SourceError
from layerscope.proof import reach
from layerscope.proof.confinement import Network
from layerscope.proof.reach import OutOfSight, Reach, door, make_bridge, network_mode, ways
from layerscope.sources.engine.client import Engine

IDENTITY = "0123456789abcdef" * 4


def engine(endpoint: str = "unix:///run/docker.sock", api: object = None) -> Engine:
    return Engine("docker-daemon", endpoint, api)


class Api:
    """An engine whose one container is in the given state, and which has no bridge driver."""

    def __init__(self, running: bool = True, process: int = 0) -> None:
        self._state = {"Running": running, "Pid": process}

    def inspect_container(self, identity: str) -> dict[str, Any]:
        return {"State": self._state, "NetworkSettings": {"Ports": {}}}

    def create_network(self, name: str, **options: object) -> None:
        from docker.errors import APIError

        raise APIError("could not find plugin bridge")


def test_without_a_question_for_a_network_there_is_none() -> None:
    assert ways(engine(), Network.ISOLATED, asks=False) == (Reach.NONE,)
    assert network_mode(Reach.NONE, "1") == network_mode(Reach.NAMESPACE, "1") == "none"


def test_root_enters_the_containers_own_network_and_others_get_a_bridge(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach.sys, "platform", "linux")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert ways(engine(), Network.ISOLATED, asks=True) == (Reach.NAMESPACE, Reach.BRIDGE)
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert ways(engine(), Network.ISOLATED, asks=True) == (Reach.BRIDGE,)
    assert network_mode(Reach.BRIDGE, "1") == "layerscope-proof-1"


def test_the_machines_own_network_is_the_users_choice_alone() -> None:
    assert ways(engine(), Network.HOST, asks=True) == (Reach.HOST,)
    assert network_mode(Reach.HOST, "1") == "host"


@pytest.mark.parametrize("endpoint", ["ssh://build.example", "tcp://192.0.2.1:2376"])
def test_an_engine_of_another_machine_is_not_asked_over_http(endpoint: str) -> None:
    with pytest.raises(SourceError, match="on another machine"):
        ways(engine(endpoint), Network.ISOLATED, asks=True)
    assert ways(engine(endpoint), Network.ISOLATED, asks=False) == (Reach.NONE,)


def test_an_engine_without_bridge_networks_is_said_with_the_way_out() -> None:
    with pytest.raises(SourceError, match="has no bridge network") as refused:
        make_bridge(engine(api=Api()), "1")
    assert "--network host" in refused.value.line()


def test_a_process_that_is_not_the_containers_is_not_entered() -> None:
    with pytest.raises(OutOfSight), door(engine(api=Api(process=os.getpid())), Reach.NAMESPACE, IDENTITY):
        pass


@pytest.mark.parametrize("way", list(Reach))
def test_a_container_that_ended_is_refused_and_not_looked_for_on_this_machine(way: Reach) -> None:
    with (
        door(engine(api=Api(running=False)), way, IDENTITY) as connect,
        pytest.raises(ConnectionRefusedError, match="the container ended"),
    ):
        connect(80)
