"""What wrappers start, and as whom: init programs, tools that switch the user, set limits or wait."""

import pytest

from layerscope.start.wrappers import Wrapped, behind_wrapper, commands_of_find


@pytest.mark.parametrize(
    ("line", "words", "user"),
    [
        ("tini -g -- server x", "server x", ""),
        ("dumb-init --rewrite 15:3 server", "server", ""),
        ("catatonit -- server", "server", ""),
        ("gosu app:app server --port 80", "server --port 80", "app:app"),
        ("su-exec 1000 server", "server", "1000"),
        ("s6-setuidgid app server", "server", "app"),
        ("s6-applyuidgid -u 1000 -g 1000 -z server", "server", "1000"),
        ("chpst -u app -e /etc/env server -v", "server -v", "app"),
        ("setpriv --reuid=app --clear-groups --no-new-privs server", "server", "app"),
        ("setpriv --reuid app --init-groups server", "server", "app"),
        ("runuser -u app -- server -c 5", "server -c 5", "app"),
        ("sudo -E -u app MODE=x server", "server", "app"),
        ("timeout -k 5 60 server", "server", ""),
        ("flock -n /tmp/lock server", "server", ""),
        ("nice -n 5 ionice -c 3 server", "ionice -c 3 server", ""),
        ("xargs -0 -n1 server", "server", ""),
        ("xvfb-run -a -s '-screen 0' server", "server", ""),
        ("start-stop-daemon --start -c app --exec /bin/server -- --port 80", "/bin/server --port 80", "app"),
        ("env -i A=b server", "server", ""),
        ("tini", "", ""),
        ("server x", "", ""),
    ],
)
def test_the_program_stands_behind_a_wrappers_own_words(line: str, words: str, user: str) -> None:
    assert behind_wrapper(tuple(line.replace("'-screen 0'", "screen").split()))[:2] == (tuple(words.split()), user)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("su", "-s", "/bin/bash", "-c", "exec server", "app"), Wrapped(("/bin/bash", "-c", "exec server"), "app")),
        (("su", "-", "app", "-c", "server"), Wrapped(("/bin/sh", "-c", "server"), "app")),
        (("su", "app", "/start.sh"), Wrapped(("/bin/sh", "/start.sh"), "app")),
        (("su", "-c", "server"), Wrapped(("/bin/sh", "-c", "server"), "root")),
        (("runuser", "-l", "app", "-c", "server x"), Wrapped(("/bin/sh", "-c", "server x"), "app")),
        (("flock", "/tmp/lock", "-c", "server x"), Wrapped(("/bin/sh", "-c", "server x"))),
        (("env", "-C", "/srv", "server"), Wrapped(("server",), "", "/srv")),
        (("start-stop-daemon", "-S", "-d", "/srv", "-x", "server"), Wrapped(("server",), "", "/srv")),
    ],
)
def test_a_command_line_for_another_user_is_his_shells(words: tuple[str, ...], expected: Wrapped) -> None:
    assert behind_wrapper(words) == expected


def test_find_runs_a_command_for_what_it_finds() -> None:
    words = ("find", "/opt", "-name", "*.json", "-exec", "cp", "{}", "/tmp", ";", "-execdir", "run", "{}", "+")
    assert commands_of_find(words) == [("cp", "{}", "/tmp"), ("run", "{}")]
    assert commands_of_find(("find", "/opt", "-exec")) == []
