"""What a stranger's image may do while it is proved: little, whatever its configuration says."""

import pytest

from layerscope.proof.confinement import Confinement, Network, capabilities, known_capabilities, limits
from layerscope.sources.image import Config, Platform

STEPPING_DOWN = ("CHOWN", "DAC_OVERRIDE", "FOWNER", "KILL", "NET_BIND_SERVICE", "SETGID", "SETUID")


def config(user: str) -> Config:
    return Config(platform=Platform("linux", "amd64"), user=user)


@pytest.mark.parametrize("user", ["", "root", "0", "0:0", "root:root", "00"])
def test_root_can_make_its_directories_and_step_down_and_nothing_more(user: str) -> None:
    assert capabilities(config(user), Confinement()) == STEPPING_DOWN


@pytest.mark.parametrize("user", ["1000", "nobody", "1000:0", "rooty"])
def test_another_user_can_open_low_ports_and_nothing_more(user: str) -> None:
    assert capabilities(config(user), Confinement()) == ("NET_BIND_SERVICE",)


def test_what_the_user_allows_is_added() -> None:
    allowed = Confinement(capabilities=("NET_RAW",), new_privileges=True, read_only=True, memory=1_000_000)
    assert capabilities(config("1000"), allowed) == ("NET_BIND_SERVICE", "NET_RAW")
    asked = limits(config("1000"), allowed)
    assert asked["read_only"]
    assert "security_opt" not in asked
    assert asked["mem_limit"] == asked["memswap_limit"] == 1_000_000


def test_all_capabilities_are_dropped_first_and_privileges_memory_processes_and_output_are_bounded() -> None:
    asked = limits(config(""), Confinement())
    assert asked["cap_drop"] == ["ALL"]
    assert asked["security_opt"] == ["no-new-privileges"]
    assert asked["mem_limit"] == asked["memswap_limit"] == 2 * 1024**3
    assert 0 < asked["pids_limit"] <= 1024
    assert asked["log_config"]["config"]["max-size"]
    assert not {"privileged", "devices", "binds", "volumes_from", "pid_mode", "ipc_mode"} & asked.keys()


def test_the_name_of_a_container_leads_to_itself_but_not_on_the_machines_own_network() -> None:
    assert "extra_hosts" in limits(config(""), Confinement())
    assert "extra_hosts" not in limits(config(""), Confinement(network=Network.HOST))


def test_what_is_granted_is_known() -> None:
    assert set(STEPPING_DOWN) < known_capabilities()
