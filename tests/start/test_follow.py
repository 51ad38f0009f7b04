"""What an image starts, one program from the next, from what was kept of its scripts."""

import pytest

from layerscope.layers.keep import Picks
from layerscope.start.follow import Follower, Started
from tests.support.archives import Entry, layer_tar
from tests.support.attributions import executables, image_config
from tests.support.layers import stacked

KNOWN = ("python", "gunicorn")


def follow(*command: str, entries: list[Entry], **config: object) -> tuple[Started, ...]:
    """The programs that a command starts in an image with these files."""
    filesystem = stacked(layer_tar(entries), picks=Picks.of_commands(command))
    follower = Follower(filesystem, image_config(cmd=command, **config), KNOWN.__contains__)
    follower.follow(command)
    return follower.started


def lines(*command: str, entries: list[Entry] | None = None, **config: object) -> list[str]:
    return [" ".join(item.words) for item in follow(*command, entries=entries or [], **config)]


@pytest.mark.parametrize(
    ("command", "started"),
    [
        ("/app/server --port 80", ["/app/server --port 80"]),
        (
            "tini -g -- gosu app:app python x.py",
            ["tini -g -- gosu app:app python x.py", "gosu app:app python x.py", "python x.py"],
        ),
        ("timeout -k 5 60 gunicorn app", ["timeout -k 5 60 gunicorn app", "gunicorn app"]),
        ("sudo -u app /usr/bin/tool x", ["sudo -u app /usr/bin/tool x", "/usr/bin/tool x"]),
        ("doppler run nothing", ["doppler run nothing"]),
        ("doppler run -- gunicorn app", ["doppler run -- gunicorn app", "gunicorn app"]),
        ("bash", ["bash"]),
    ],
)
def test_programs_are_found_behind_those_that_start_others(command: str, started: list[str]) -> None:
    assert lines(*command.split(), entries=executables(["/usr/bin/tool"])) == started


def test_a_shell_line_is_gone_through_with_the_variables_of_env() -> None:
    line = "cd /srv && python migrate.py; exec $SERVER --bind :80"
    found = follow("/bin/sh", "-c", line, entries=[], env=("SERVER=gunicorn app",))
    assert [(item.words, item.directory, item.is_named) for item in found[1:]] == [
        (("python", "migrate.py"), "/srv", False),
        (("gunicorn", "app", "--bind", ":80"), "/srv", True),
    ]


def test_a_script_is_started_by_its_first_line_and_hands_over_to_its_arguments() -> None:
    script = b'#!/bin/bash -e\nprepare\nexec "$@"\n'
    entries: list[Entry] = [("usr/bin/start.sh", script), *executables(["/bin/bash"])]
    assert lines("start.sh", "python", "x.py", entries=entries) == [
        "start.sh python x.py",
        "/bin/bash -e /usr/bin/start.sh python x.py",
        "/usr/bin/start.sh python x.py",
        "prepare",
        "python x.py",
    ]


def test_a_package_manager_starts_the_script_of_package_json() -> None:
    entries: list[Entry] = [("app/package.json", b'{"scripts": {"start": "node server.js", "build": "tsc"}}')]
    assert lines("npm", "start", entries=entries, working_dir="/app")[-1] == "node server.js"
    assert lines("npm", "--silent", "run", "build", entries=entries, working_dir="/app")[-1] == "tsc"
    assert lines("yarn", "build", entries=entries, working_dir="/app")[-1] == "tsc"
    assert lines("npm", "build", entries=entries, working_dir="/app") == ["npm build"]
    assert lines("npm", "start", entries=[("app/package.json", b"[]")], working_dir="/app") == ["npm start"]


def test_supervisord_starts_what_its_configuration_lists() -> None:
    entries: list[Entry] = [("etc/supervisor/conf.d/app.conf", b"[program:web]\ncommand=python web.py\n;command=java\n")]
    assert lines("supervisord", "-n", entries=entries)[-1] == "python web.py"


def test_commands_that_start_each_other_come_to_an_end() -> None:
    entries: list[Entry] = [("a", b"#!/b\n"), ("b", b"#!/a\n")]
    assert len(lines("/a", entries=entries)) < 20
    assert len(lines("sh", "-c", "\n".join(f"/bin/tool{number}" for number in range(1000)))) == 64
