"""What the words of a ``java`` command line mean."""

from pathlib import Path

import pytest

from layerscope.needs.languages.jvm.command import KNOWN, Launch, java_version, launch_of, release_version
from layerscope.start.options import read_options
from tests.support.needs import ledger_of


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("-jar app.jar -jar other.jar", Launch(jar="app.jar")),
        ("-cp lib/*:classes: app.Main -x", Launch(main="app.Main", class_path=("lib/*", "classes", "."))),
        ("app.Main", Launch(main="app.Main", class_path=(".",))),
        ("-p mods --module-path=more -m shop/app.Main", Launch(main="shop/app.Main", module_path=("mods", "more"))),
        (
            "-javaagent:agent.jar=port=1 -Xbootclasspath/a:a.jar:b.jar -jar app.jar",
            Launch(jar="app.jar", agents=("agent.jar", "a.jar", "b.jar")),
        ),
        (
            "-Dconfig=/etc/app.yml -Dflag -XX:CRaCRestoreFrom=/state -XX:+UseG1GC -jar app.jar",
            Launch(jar="app.jar", properties=(("config", "/etc/app.yml"),), files=("/state",)),
        ),
    ],
)
def test_a_launch_has_its_code_its_agents_and_what_options_name(words: str, expected: Launch) -> None:
    assert launch_of(read_options(words.split(), KNOWN.options)) == expected


def test_classpath_of_the_environment_is_for_a_class_without_one() -> None:
    assert launch_of(read_options(["Main"], KNOWN.options), "lib/a.jar").class_path == ("lib/a.jar",)
    assert launch_of(read_options(["-cp", "b", "Main"], KNOWN.options), "lib/a.jar").class_path == ("b",)


def test_what_only_a_shell_can_expand_is_seen() -> None:
    assert Launch(jar="$JAR").variable == "$JAR"
    assert Launch(main="app.Main", class_path=("a", "$LIB/b")).variable == "$LIB/b"
    assert Launch(main="app.Main").variable == ""


def test_the_version_of_a_home_is_in_its_release_file(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, [("opt/java/release", b'IMPLEMENTOR="X"\nJAVA_VERSION="21.0.1"\n')])
    assert release_version(ledger, b"opt/java") == "21.0.1"
    assert release_version(ledger, b"opt") == ""


@pytest.mark.parametrize(
    ("text", "version"), [("17.0.9", "17"), ("1.8.0_392", "8"), ("jdk-21.0.2+13", "21"), ("java-11-openjdk", "11"), ("", "")]
)
def test_the_feature_release_is_the_version(text: str, version: str) -> None:
    assert java_version(text) == version
