"""What is known of programs that start others, by their names alone."""

import pytest

from layerscope.core.vocabulary import Ecosystem
from layerscope.start.launchers import launchers
from layerscope.start.programs import base_name, knowledge, script_of_manager, with_settings
from layerscope.start.supervised import supervisors


@pytest.mark.parametrize("name", [*launchers(), *supervisors()])
def test_whoever_starts_others_by_settings_is_known_without_reading_how(name):
    assert name in with_settings()


@pytest.mark.parametrize("name", ["nginx", "python3", "sh", "tini", "npm"])
def test_nobody_else_is(name):
    assert name not in with_settings()


@pytest.mark.parametrize(
    ("program", "ecosystem"),
    [
        ("/usr/bin/python3.11", Ecosystem.PYTHON),
        ("node", Ecosystem.NODE),
        ("/opt/java/bin/java", Ecosystem.JVM),
        ("/usr/sbin/nginx", Ecosystem.NONE),
    ],
)
def test_an_interpreter_is_known_by_its_name_without_its_version(program, ecosystem):
    assert knowledge().ecosystem_of(program) == ecosystem


@pytest.mark.parametrize(
    ("words", "script"),
    [("run build", "build"), ("start", "start"), ("--silent run serve -- --port 80", "serve"), ("install", "")],
)
def test_the_script_that_npm_is_asked_for(words, script):
    assert script_of_manager("npm", tuple(words.split())) == script


def test_who_is_no_package_manager_has_no_scripts():
    assert script_of_manager("node", ("run", "build")) == ""


@pytest.mark.parametrize(
    ("program", "hands_over"),
    [("sh", True), ("tini", True), ("gosu", True), ("nginx", False)],
)
def test_who_only_starts_others(program, hands_over):
    assert knowledge().hands_over(base_name(f"/usr/bin/{program}")) == hands_over
