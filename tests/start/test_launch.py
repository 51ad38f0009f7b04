"""What a config starts, with wrappers and shell lines looked through as far as that is certain."""

import pytest

from layerscope.sources.image import Config, Healthcheck, Platform
from layerscope.start.launch import entry_launch, healthcheck_launch
from layerscope.start.programs import Command


def config(**fields: object) -> Config:
    return Config(platform=Platform("linux", "amd64"), **fields)  # type: ignore[arg-type]


def shell(line: str, **fields: object) -> Config:
    return config(cmd=("/bin/sh", "-c", line), **fields)


def test_entrypoint_and_cmd_make_one_command() -> None:
    launch = entry_launch(config(entrypoint=("/app/server",), cmd=("--port", "80")))
    assert launch.commands == (Command(("/app/server", "--port", "80")),)
    assert (launch.helpers, launch.exec_form, launch.problem) == ((), None, "")


def test_nothing_to_start_is_said() -> None:
    assert "neither ENTRYPOINT nor CMD" in entry_launch(config()).problem


@pytest.mark.parametrize("line", ["./hello", "exec ./hello", "  exec   ./hello"])
def test_a_plain_shell_line_needs_no_shell(line: str) -> None:
    launch = entry_launch(shell(line))
    assert launch.exec_form == ("./hello",)
    assert launch.commands == (Command(("./hello",)),)
    assert launch.helpers == ()


@pytest.mark.parametrize("options", [("-c",), ("-ec",), ("-e", "-c"), ("-eo", "pipefail", "-c"), ("-l", "-c")])
def test_a_shell_s_options_may_stand_in_front_of_its_line(options: tuple[str, ...]) -> None:
    assert entry_launch(config(cmd=("/bin/bash", *options, "./hello"))).commands == (Command(("./hello",)),)


def test_quoted_words_stay_one_word() -> None:
    assert entry_launch(shell("./hello 'two words'")).exec_form == ("./hello", "two words")


@pytest.mark.parametrize("line", ["./hello --port $PORT", "MODE=x ./hello", "./hello > /log", "./hello *.txt", "./hello ~"])
def test_what_only_a_shell_does_keeps_the_shell(line: str) -> None:
    launch = entry_launch(shell(line))
    assert launch.exec_form is None
    assert launch.commands[0].words[0] == "./hello"
    assert launch.helpers == (Command(("/bin/sh", "-c", ":")),)


def test_every_program_of_a_list_is_found_where_cd_leads() -> None:
    launch = entry_launch(shell("cd /srv && ./migrate || exit 1; exec ./server | tee /log"))
    assert launch.commands == (
        Command(("./migrate",), "/srv"),
        Command(("./server",), "/srv"),
        Command(("tee", "/log"), "/srv"),
    )


@pytest.mark.parametrize(
    "line", ["for x in 1 2; do ./a; done", "./a $(./b)", "./a 'open", "$PROGRAM", 'env "$PROGRAM"', "cd /app"]
)
def test_a_line_that_is_more_than_a_list_is_left_to_its_shell_as_a_script(line: str) -> None:
    launch = entry_launch(shell(line))
    assert launch.commands == (Command(("/bin/sh", "-c", line)),)
    assert (launch.exec_form, launch.problem) == (None, "")


def test_variables_of_env_are_read_in_the_programs_name() -> None:
    assert entry_launch(shell("$HOME_DIR/server", env=("HOME_DIR=/app",))).commands == (Command(("/app/server",)),)


def test_wrappers_are_looked_through_and_needed() -> None:
    launch = entry_launch(config(entrypoint=("/sbin/tini", "-g", "--"), cmd=("/bin/sh", "-c", "exec /app/server")))
    assert launch.helpers == (Command(("/sbin/tini",)),)
    assert launch.commands == (Command(("/app/server",)),)
    assert launch.exec_form == ("/sbin/tini", "-g", "--", "/app/server")


def test_wrappers_without_end_end() -> None:
    assert entry_launch(config(entrypoint=("env",) * 5000, cmd=("/server",))).commands[0].words[-1] == "/server"


def test_su_exec_switches_to_a_user() -> None:
    launch = entry_launch(config(entrypoint=("su-exec", "app:app", "/server")))
    assert (launch.user, launch.commands) == ("app:app", (Command(("/server",)),))


def test_a_healthcheck_by_shell_needs_its_shell_and_its_program() -> None:
    check = Healthcheck(test=("CMD-SHELL", "curl -f http://localhost:$PORT/ || exit 1"))
    launch = healthcheck_launch(check, config())
    assert launch is not None
    assert launch.helpers == (Command(("/bin/sh", "-c", ":")),)
    assert launch.commands[0].words[:2] == ("curl", "-f")
    assert healthcheck_launch(Healthcheck(test=("NONE",)), config()) is None
