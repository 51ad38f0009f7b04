"""A container of a proof: what the engine is given to make it, how it is run, and that it is always removed."""

from collections.abc import Iterator
from typing import Any

import pytest
from docker.errors import APIError
from msgspec.structs import replace

from layerscope.core.errors import SourceError
from layerscope.proof.containers import Bench, Ending, Expected, Outcome, Probe, container, root_directory, run
from layerscope.proof.reach import Reach
from layerscope.sources.engine.client import Engine
from layerscope.sources.image import Config, Healthcheck, Platform

CHECKED = Config(platform=Platform("linux", "amd64"), healthcheck=Healthcheck(test=("CMD-SHELL", "curl -f http://127.0.0.1/")))


class Api:
    """An engine with one container, which is in the given states one after the other; it notes what it is asked."""

    def __init__(self, *states: dict[str, Any], refusal: str = "", output: tuple[bytes, ...] = ()) -> None:
        self._states = list(states)
        self._refusal = refusal
        self._output = output
        self.made: dict[str, Any] = {}
        self.calls: list[str] = []

    def create_host_config(self, **settings: Any) -> dict[str, Any]:
        return settings

    def create_container(self, image: str, **settings: Any) -> dict[str, str]:
        self.made = {"image": image, **settings}
        return {"Id": "c0ffee"}

    def start(self, identity: str) -> None:
        self.calls.append("start")
        if self._refusal:
            raise APIError(self._refusal)

    def inspect_container(self, identity: str) -> dict[str, Any]:
        state = self._states.pop(0) if len(self._states) > 1 else self._states[0]
        return {"State": state, "GraphDriver": {"Data": {"MergedDir": "/merged"}}}

    def kill(self, identity: str) -> None:
        self.calls.append("kill")

    def stop(self, identity: str, timeout: int) -> None:
        self.calls.append(f"stop {timeout}")
        self._states = [{"Running": False, "ExitCode": 143}]

    def exec_create(self, identity: str, words: list[str]) -> dict[str, str]:
        self.calls.append(" ".join(words))
        return {"Id": "check"}

    def exec_start(self, made: str, stream: bool) -> Iterator[bytes]:
        return iter((b"",))

    def exec_inspect(self, made: str) -> dict[str, int]:
        return {"ExitCode": 0}

    def logs(self, identity: str, **_: Any) -> Iterator[bytes]:
        return iter(self._output)

    def remove_container(self, identity: str, **settings: Any) -> None:
        self.calls.append(f"remove {identity} {settings}")


def bench(api: Api, probe: Probe | None = None, reach: Reach = Reach.NONE) -> Bench:
    config = Config(platform=Platform("linux", "amd64"))
    return Bench(Engine("docker-daemon", "unix:///run/docker.sock", api), "12ab", probe or Probe(), reach, config)


def outcome(api: Api, seconds: float = 5.0) -> Outcome:
    where = bench(api, Probe(seconds=seconds))
    with container(where, "image") as identity:
        return run(where, identity)


def test_a_container_is_confined_labelled_and_in_no_network() -> None:
    api = Api({"Running": False, "ExitCode": 0})
    outcome(api)
    assert api.made["image"] == "image"
    assert api.made["labels"] == {"layerscope.proof": "12ab"}
    assert api.made["host_config"]["network_mode"] == "none"
    assert api.made["host_config"]["cap_drop"] == ["ALL"]
    assert api.made["use_config_proxy"] is False


def test_a_port_is_published_on_this_machines_loopback_alone() -> None:
    api = Api({})
    with container(bench(api, Probe(http=((8080, "/"),)), Reach.BRIDGE), "image"):
        assert api.made["host_config"]["port_bindings"] == {8080: ("127.0.0.1",)}
        assert api.made["ports"] == [8080]


def test_it_is_removed_with_its_volumes_whatever_happens() -> None:
    api = Api({})
    with pytest.raises(ZeroDivisionError), container(bench(api), "image"):
        raise ZeroDivisionError
    assert api.calls == ["remove c0ffee {'force': True, 'v': True}"]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ([{"Running": False, "ExitCode": 3}], Outcome(exit_code=3, said=b"bye", ending=Ending.ENDED)),
        ([{"Running": True}, {"Running": False, "ExitCode": 0}], Outcome(exit_code=0, said=b"bye", ending=Ending.ENDED)),
        (
            [{"Running": False, "ExitCode": 137, "OOMKilled": True}],
            Outcome(exit_code=137, said=b"bye", ending=Ending.OUT_OF_MEMORY),
        ),
    ],
)
def test_a_program_that_ends_is_waited_for(states: list[dict[str, Any]], expected: Outcome) -> None:
    assert outcome(Api(*states, output=(b"b", b"ye"))) == expected


def test_one_that_keeps_running_is_stopped_when_time_is_up() -> None:
    api = Api({"Running": True})
    found = outcome(api, seconds=0.05)
    assert (found.exit_code, found.ending, found.stopped) == (None, Ending.RUNNING, 143)
    assert api.calls[:2] == ["start", "stop 3"]


def test_one_that_is_to_do_what_another_did_is_asked_and_stopped_as_that_one_was() -> None:
    api = Api({"Running": True})
    where = replace(bench(api, Probe(seconds=0.05)), config=CHECKED)
    found = run(where, "c0ffee", Expected(lambda _: True, healthy=True, stops=True))
    assert (found.health, found.stopped) == (0, 143)
    assert api.calls == ["start", "/bin/sh -c curl -f http://127.0.0.1/", "stop 15"]
    api = Api({"Running": True})
    found = run(replace(where, engine=bench(api).engine), "c0ffee", Expected(lambda _: True))
    assert (found.health, found.stopped, api.calls) == (None, None, ["start", "kill"])


def test_one_that_cannot_be_started_says_why() -> None:
    found = outcome(Api({}, refusal="no such file"))
    assert (found.ending, found.said) == (Ending.NOT_STARTED, b"no such file")


def test_only_the_end_of_its_output_is_kept() -> None:
    found = outcome(Api({"Running": False, "ExitCode": 0}, output=(b"a" * 70_000, b"end")))
    assert len(found.said) == 64 * 1024
    assert found.said.endswith(b"aend")


def test_a_port_that_is_taken_is_not_asked_on_this_machines_own_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socket.socket.connect_ex", lambda *_: 0)
    with pytest.raises(SourceError, match="port 8080 of this machine is taken"):
        run(bench(Api({}), Probe(http=((8080, "/"),)), Reach.HOST), "c0ffee")


def test_the_engine_says_where_it_mounts_a_containers_files() -> None:
    assert str(root_directory(bench(Api({})).engine, "c0ffee")) == "/merged"
