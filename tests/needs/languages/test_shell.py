"""What a shell script starts: the entrypoints of well-known images, and scripts as people write them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from layerscope.attribution.attribute import attribute
from layerscope.filesystem.stacking import stack
from layerscope.history.history import read_history
from layerscope.layers.contents import Contents
from layerscope.layers.indexing import index_layers
from layerscope.layers.keep import Picks
from layerscope.needs.model import Runtime
from layerscope.needs.needs import find_needs
from layerscope.sources import open_image
from tests.support.archives import config_json, docker_archive, link
from tests.support.programs import Row, elf, go_program, layer

SYSTEM: list[Row] = [
    ("bin/sh", elf(sections={".text": b"shell"})),
    ("bin/bash", elf(sections={".text": b"bash"})),
    *(
        (f"usr/bin/{name}", elf(sections={".text": name.encode()}))
        for name in ("sed", "find", "sort", "sleep", "dirname", "uname")
    ),
    ("app/server", go_program(sizes={"main.main": 64})),
    ("app/migrate", go_program(sizes={"main.migrate": 64})),
]

NODE_ENTRYPOINT = b"""#!/bin/sh
set -e

# Run command with node if the first argument contains a "-" or is not a system command. The last
# part inside the "{}" is a workaround for the following bug in ash/dash:
# https://bugs.debian.org/cgi-bin/bugreport.cgi?bug=874264
if [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ] || { [ -f "${1}" ] && ! [ -x "${1}" ]; }; then
  set -- node "$@"
fi

exec "$@"
"""

NGINX_ENTRYPOINT = b"""#!/bin/sh
# vim:sw=4:ts=4:et

set -e

entrypoint_log() {
    if [ -z "${NGINX_ENTRYPOINT_QUIET_LOGS:-}" ]; then
        echo "$@"
    fi
}

if [ "$1" = "nginx" ] || [ "$1" = "nginx-debug" ]; then
    if /usr/bin/find "/docker-entrypoint.d/" -mindepth 1 -maxdepth 1 -type f -print -quit 2>/dev/null | read v; then
        entrypoint_log "$0: /docker-entrypoint.d/ is not empty, will attempt to perform configuration"
        find "/docker-entrypoint.d/" -follow -type f -print | sort -V | while read -r f; do
            case "$f" in
                *.envsh)
                    if [ -x "$f" ]; then
                        entrypoint_log "$0: Sourcing $f";
                        . "$f"
                    else
                        entrypoint_log "$0: Ignoring $f, not executable";
                    fi
                    ;;
                *.sh)
                    if [ -x "$f" ]; then
                        entrypoint_log "$0: Launching $f";
                        "$f"
                    fi
                    ;;
                *) entrypoint_log "$0: Ignoring $f";;
            esac
        done
    fi
fi

exec "$@"
"""


def runtime_of(directory: Path, rows: Sequence[Row], **config: Any) -> Runtime:
    """What the image of a shell, a few tools and these files needs."""
    tars = [layer(SYSTEM), layer(rows)]
    document = config_json(tars, [{"created_by": "ADD rootfs /"}, {"created_by": "COPY . /"}], **config)
    image = open_image(f"docker-archive:{docker_archive(directory / 'image.tar', tars, document)}")
    indexes = index_layers(image.layers, Picks.of_commands(image.config.entrypoint, image.config.cmd))
    filesystem = stack(indexes)
    history = read_history(image.config, len(tars), {})
    attribution = attribute(filesystem, image.config, history)
    return find_needs(filesystem, Contents(image.layers, indexes), image.config, attribution, history)


def started(runtime: Runtime) -> set[str]:
    """The programs and scripts that are needed."""
    asked = [need for need in runtime.needs if need.because[-1].what in ("ENTRYPOINT", "CMD")]
    return {"/" + need.path.decode() for need in asked if need.role in ("program", "interpreter", "data")}


def unresolved(runtime: Runtime) -> str:
    return "\n".join(item.what for item in runtime.unresolved)


def test_a_script_that_ends_in_exec_of_its_arguments_is_followed_to_the_command(tmp_path: Path) -> None:
    rows = [("entry.sh", b'#!/bin/sh\nset -e\nmkdir -p /data || true\nexec "$@"\n')]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"], Cmd=["/app/server", "--listen"])
    assert started(runtime) == {"/entry.sh", "/bin/sh", "/app/server"}
    assert [(item.ecosystem, item.followed, item.linkage) for item in runtime.programs] == [("go", True, "script")]


def test_a_proof_leads_from_the_program_over_the_script_to_the_config(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [("entry.sh", b'#!/bin/sh\nexec "$@"\n')], Entrypoint=["/entry.sh"], Cmd=["/app/server"])
    server = next(need for need in runtime.needs if need.path == b"app/server")
    assert [(step.what, step.path) for step in server.because] == [("started by", b"entry.sh"), ("ENTRYPOINT", b"")]


COMMANDS = b"""#!/bin/sh
case ${1:-help} in
  help) echo "usage: entry serve|jobs" ;;
  serve) shift; exec /app/server "$@" ;;
  jobs) exec /app/jobs --queue "$2" ;;
  *) exec "$@" ;;
esac
"""


@pytest.mark.parametrize("command", ["help", "serve", "jobs", "/app/server"])
def test_what_an_entrypoint_starts_by_other_arguments_than_those_of_cmd_stays(tmp_path: Path, command: str) -> None:
    """Whoever starts a container may give others; what a script does with them that nobody knows is not told."""
    rows = [("entry.sh", COMMANDS), ("app/jobs", go_program(sizes={"main.jobs": 1}))]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"], Cmd=[command])
    assert {"/app/server", "/app/jobs"} <= started(runtime)
    assert unresolved(runtime) == ""
    assert not runtime.ends


def test_the_arguments_of_a_command_without_an_entrypoint_are_fixed(tmp_path: Path) -> None:
    rows = [("entry.sh", COMMANDS), ("app/jobs", go_program(sizes={"main.jobs": 1}))]
    assert "/app/jobs" not in started(runtime_of(tmp_path, rows, Cmd=["/entry.sh", "serve"]))


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["/app/server"], "/app/server"),
        (["app.js"], "/usr/local/bin/node"),
        (["--inspect", "app.js"], "/usr/local/bin/node"),
        (["node", "app.js"], "/usr/local/bin/node"),
    ],
)
def test_the_entrypoint_of_node_puts_node_before_what_is_no_command(tmp_path: Path, command: list[str], expected: str) -> None:
    rows: list[Row] = [
        ("usr/local/bin/docker-entrypoint.sh", NODE_ENTRYPOINT),
        ("usr/local/bin/node", go_program(sizes={"main.node": 1})),
        ("srv/app.js", b"1"),
    ]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["docker-entrypoint.sh"], Cmd=command, WorkingDir="/srv")
    programs = {path for path in started(runtime) if path in ("/app/server", "/usr/local/bin/node")}
    assert programs == {expected}
    assert runtime.programs[0].followed


def test_the_entrypoint_of_nginx_runs_the_scripts_of_its_directory(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("docker-entrypoint.sh", NGINX_ENTRYPOINT),
        ("docker-entrypoint.d/10-tune.sh", b"#!/bin/sh\nset -e\nsed -i s/1/2/ /etc/nginx.conf\n"),
        ("docker-entrypoint.d/15-local.envsh", b"#!/bin/sh\nexport NAME=1\n"),
        ("docker-entrypoint.d/README", b"not run"),
        ("usr/sbin/nginx", go_program(sizes={"main.nginx": 1})),
    ]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/docker-entrypoint.sh"], Cmd=["nginx", "-g", "daemon off;"])
    scripts = {"/docker-entrypoint.d/10-tune.sh", "/docker-entrypoint.d/15-local.envsh"}
    assert scripts | {"/usr/bin/sed", "/usr/bin/find", "/usr/bin/sort", "/usr/sbin/nginx"} <= started(runtime)
    assert runtime.programs[0].ecosystem == "go"


def test_a_branch_that_a_container_may_be_started_into_is_kept(tmp_path: Path) -> None:
    script = b'#!/bin/sh\nif [ "$MIGRATE" = yes ]; then\n  /app/migrate up\nfi\nexec /app/server\n'
    runtime = runtime_of(tmp_path, [("entry.sh", script)], Entrypoint=["/entry.sh"])
    assert {"/app/migrate", "/app/server"} <= started(runtime)


def test_a_branch_that_the_image_decides_is_left_out(tmp_path: Path) -> None:
    script = (
        b'#!/bin/sh\nif [ "$1" = migrate ]; then exec /app/migrate; fi\n[ -f /no/such ] && /app/migrate\nexec /app/server\n'
    )
    runtime = runtime_of(tmp_path, [("entry.sh", script)], Entrypoint=["/entry.sh"], Cmd=["serve"])
    assert "/app/migrate" not in started(runtime)


def test_case_loops_functions_and_sourced_files_are_gone_through(tmp_path: Path) -> None:
    script = b"""#!/bin/bash
set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
. "$HERE/lib.sh"
for step in migrate; do
  "$HERE/$step" --all
done
case "${1:-serve}" in
  serve|"") run_server ;;
  shell) exec /bin/bash ;;
esac
"""
    library = b'run_server() {\n  trap - TERM\n  exec "$HERE/server" "$@"\n}\n'
    rows = [("app/entry.sh", script), ("app/lib.sh", library)]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/app/entry.sh"], Cmd=["serve"])
    assert {"/app/lib.sh", "/app/migrate", "/app/server", "/usr/bin/dirname"} <= started(runtime)
    assert runtime.programs[0].followed


def test_several_programs_in_the_background_are_all_needed(tmp_path: Path) -> None:
    script = b"#!/bin/sh\nexport PORT=${PORT:-80}\n/app/migrate & sleep 1\nexec /app/server\n"
    runtime = runtime_of(tmp_path, [("start.sh", script)], Cmd=["sh", "/start.sh"])
    assert {"/start.sh", "/app/migrate", "/usr/bin/sleep", "/app/server"} <= started(runtime)
    assert runtime.programs[0].path == b"app/server"


def test_a_program_whose_name_is_made_at_run_time_is_not_followed(tmp_path: Path) -> None:
    script = b'#!/bin/sh\nPROGRAM=$(sed -n 1p /etc/program)\n"$PROGRAM" start\n'
    runtime = runtime_of(tmp_path, [("entry.sh", script)], Entrypoint=["/entry.sh"])
    assert not runtime.programs[0].followed
    assert "line 3 starts a program whose name is made while it runs" in unresolved(runtime)


@pytest.mark.parametrize(
    "command",
    [
        "exec $(uname -n)",
        'exec "$PROGRAM"',
        'exec env MODE=1 "$PROGRAM" start',
        "nice -n 5 $(uname -n)",
        "timeout 5 $(uname -n)",
        'exec tini -- gosu app "$PROGRAM"',
        "exec tini -- /opt/$(uname -n)/bin/run",
        "find /app -exec $(uname -n) ;",
        'sh -c "$(uname -n) start"',
    ],
)
def test_a_starter_of_a_program_that_nobody_can_name_is_told_like_the_program_alone(tmp_path: Path, command: str) -> None:
    wrappers: list[Row] = [(f"usr/bin/{name}", elf()) for name in ("env", "nice", "timeout", "tini", "gosu")]
    rows: list[Row] = [*wrappers, ("entry.sh", b"#!/bin/sh\n" + command.replace(";", r"\;").encode())]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"])
    written = command.replace('"', "")
    assert [item.what for item in runtime.unresolved] == [
        f"line 2 starts a program whose name is made while it runs: {written}",
        "is a script; the programs that it calls are not followed",
    ]
    assert [(end.path, end.why) for end in runtime.ends] == [(b"entry.sh", "script")]
    assert b"app/migrate" in {need.path for need in runtime.needs}


@pytest.mark.parametrize("line", ['exec "$PROGRAM"', 'exec env "$PROGRAM" start', "exec env $(uname -n)"])
def test_a_shell_line_that_names_no_program_is_no_program_without_a_name(tmp_path: Path, line: str) -> None:
    runtime = runtime_of(tmp_path, [("usr/bin/env", elf())], Cmd=["/bin/sh", "-c", line])
    written = line.replace('"', "")
    assert [item.what for item in runtime.unresolved] == [
        f"line 1 starts a program whose name is made while it runs: {written}"
    ]
    assert runtime.ends


def test_variables_out_of_a_file_may_stand_in_front_of_the_program_that_env_starts(tmp_path: Path) -> None:
    script = b"#!/bin/sh\nexec env $(sed p /app/.env) /app/server\n"
    runtime = runtime_of(tmp_path, [("usr/bin/env", elf()), ("entry.sh", script)], Entrypoint=["/entry.sh"])
    assert "/app/server" in started(runtime)
    assert (unresolved(runtime), runtime.programs[0].followed) == ("", True)


def test_a_hook_that_nobody_set_is_told_and_keeps_nothing(tmp_path: Path) -> None:
    script = b'#!/bin/sh\nif [ -n "$HOOK" ]; then "$HOOK"; fi\nexec /app/server\n'
    runtime = runtime_of(tmp_path, [("entry.sh", script)], Entrypoint=["/entry.sh"])
    assert unresolved(runtime) == "line 2 starts a program whose name is made while it runs: $HOOK"
    assert (runtime.ends, runtime.programs[0].followed) == ((), True)


def test_a_missing_last_program_is_not_followed(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [("entry.sh", b"#!/bin/sh\nexec /app/gone\n")], Entrypoint=["/entry.sh"])
    assert not runtime.programs[0].followed
    assert "line 2 starts /app/gone, which is not in the image" in unresolved(runtime)


def test_wrappers_inside_of_scripts_are_looked_through(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("entry.sh", b'#!/bin/sh\nchown app /data\nexec gosu app "$@"\n'),
        ("usr/local/bin/gosu", go_program(sizes={"main.gosu": 1})),
        ("etc/passwd", b"app:x:1000:1000::/:/bin/sh\n"),
    ]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"], Cmd=["/app/server"])
    assert {"/usr/local/bin/gosu", "/app/server"} <= started(runtime)
    assert b"etc/passwd" in {need.path for need in runtime.needs}


def test_a_shell_without_a_script_is_not_followed(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [], Cmd=["/bin/bash"])
    assert not runtime.programs[0].followed


@pytest.mark.parametrize(
    "script", ["(" * 100_000, "$(" * 50_000, '"$(' * 50_000, "if " * 50_000, "{ " * 50_000, "a;" * 150_000, "!" * 10**5]
)
def test_hostile_scripts_neither_hang_nor_fail(tmp_path: Path, script: str) -> None:
    runtime = runtime_of(tmp_path, [("entry.sh", b"#!/bin/sh\n" + script.encode())], Entrypoint=["/entry.sh"])
    assert runtime.programs[0].linkage == "script"


def test_a_script_that_calls_itself_is_stopped(tmp_path: Path) -> None:
    rows: list[Row] = [("a.sh", b"#!/bin/sh\n. /a.sh\nf() { f; f; }\nf\n/a.sh\n"), link("b.sh", "a.sh")]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/b.sh"])
    assert not runtime.programs[0].followed


def test_a_script_with_process_substitution_is_followed_to_its_program(tmp_path: Path) -> None:
    script = (
        b"#!/bin/bash\nexec > >(sed -u s/^/log:/)\n"
        b'while read -r step; do "$step"; done < <(find /app/steps -type f | sort)\nexec /app/server\n'
    )
    rows: list[Row] = [("entry.sh", script), ("app/steps/10-tune.sh", b"#!/bin/sh\nuname -a\n")]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"])
    assert {"/app/server", "/app/steps/10-tune.sh", "/usr/bin/uname", "/usr/bin/find", "/usr/bin/sed"} <= started(runtime)
    assert runtime.programs[0].followed
    assert not unresolved(runtime)


def test_arguments_that_are_gathered_in_an_array_are_known(tmp_path: Path) -> None:
    script = b'#!/bin/bash\nargs=(/app/server)\nargs+=(--port "${PORT:-80}" "$@")\nexec "${args[@]}"\n'
    runtime = runtime_of(tmp_path, [("entry.sh", script)], Entrypoint=["/entry.sh"], Cmd=["x"])
    assert "/app/server" in started(runtime)
    assert runtime.programs[0].followed


def test_a_default_that_a_container_may_replace_leaves_both_branches(tmp_path: Path) -> None:
    script = b'#!/bin/sh\nMODE=${MODE:-serve}\ncase "$MODE" in\n  migrate) exec /app/migrate ;;\nesac\nexec /app/server\n'
    runtime = runtime_of(tmp_path, [("entry.sh", script)], Entrypoint=["/entry.sh"])
    assert {"/app/migrate", "/app/server"} <= started(runtime)


def test_what_cannot_be_read_is_told_with_its_line_and_construct(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, [("entry.sh", b"#!/bin/sh\nuname\nif true; then\n")], Entrypoint=["/entry.sh"])
    assert "/usr/bin/uname" in started(runtime)
    assert not runtime.programs[0].followed
    assert "line 4 is not understood: the end where fi should be" in unresolved(runtime)


@pytest.mark.parametrize(
    "line",
    [
        "for step in migrate; do /app/$step; done; exec /app/server",
        'export HOST=$(uname -n); [ -n "$HOST" ] && /app/migrate; exec /app/server --name "$HOST"',
        "case ${MODE:-serve} in serve) /app/migrate; exec /app/server ;; esac",
        "/app/migrate & exec /app/server <<EOF\n$(uname)\nEOF\n",
    ],
)
def test_a_shell_line_of_the_config_is_followed_like_a_script(tmp_path: Path, line: str) -> None:
    runtime = runtime_of(tmp_path, [], Cmd=["/bin/sh", "-c", line])
    assert {"/bin/sh", "/app/migrate", "/app/server"} <= started(runtime)
    assert (runtime.programs[0].path, runtime.programs[0].followed) == (b"app/server", True)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("exec $(uname -n)", "line 1 starts a program whose name is made while it runs: exec $(uname -n)"),
        ("if true; then /app/server", "line 1 is not understood: the end where fi should be"),
        ("/app/server 'open", "line 1 is not understood: a quote ' that is not closed"),
    ],
)
def test_a_shell_line_that_cannot_be_followed_says_why(tmp_path: Path, line: str, reason: str) -> None:
    runtime = runtime_of(tmp_path, [], Cmd=["/bin/sh", "-c", line])
    assert reason in unresolved(runtime)
    assert not any(program.followed for program in runtime.programs)


PYTHON: list[Row] = [
    ("usr/bin/python3", elf(sections={".text": b"python"})),
    ("usr/bin/python3.11", elf(sections={".text": b"python"})),
    ("usr/lib/python3.11/os.py", b""),
    ("srv/app.py", b"import json\n"),
]


@pytest.mark.parametrize(
    "line",
    [
        "gosu app /app/server",
        "su -s /bin/sh -c 'exec /app/server' app",
        "runuser -u app -- /app/server",
        "setpriv --reuid=app --init-groups /app/server",
        "chpst -u app nice /app/server",
        "su-exec app sh -c 'cd /srv && /app/server'",
        "start-stop-daemon --start --chuid app --exec /app/server",
    ],
)
def test_a_user_is_switched_to_by_name_with_the_accounts_that_say_who_that_is(tmp_path: Path, line: str) -> None:
    tools = ("gosu", "su", "runuser", "setpriv", "chpst", "nice", "su-exec", "start-stop-daemon")
    rows: list[Row] = [(f"usr/bin/{name}", go_program(sizes={f"main.{name}": 1})) for name in tools]
    rows += [("etc/passwd", b"app:x:1000:1000::/:/bin/sh\n"), ("entry.sh", f"#!/bin/sh\nexec {line}\n".encode())]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"])
    assert {"/app/server", f"/usr/bin/{line.split()[0]}"} <= started(runtime)
    assert {need.role for need in runtime.needs if need.path == b"etc/passwd"} == {"data"}  # not a base's own
    assert (runtime.programs[0].path, runtime.programs[0].followed) == (b"entry.sh", True)


@pytest.mark.parametrize(
    "line",
    [
        "timeout 60 /app/migrate",
        "find /app -name 'mig*' -exec /app/migrate {} \\;",
        "ls /srv | xargs -n1 /app/migrate",
        "flock /tmp/lock -c /app/migrate",
        "run-parts /app/steps",
        "nohup nice -n 5 /app/migrate &",
        "sh <<EOF\n/app/migrate\nEOF\n",
    ],
)
def test_what_a_tool_of_the_script_starts_is_started(tmp_path: Path, line: str) -> None:
    tools = ("timeout", "xargs", "ls", "flock", "run-parts", "nohup", "nice")
    rows: list[Row] = [(f"usr/bin/{name}", elf(sections={".text": name.encode()})) for name in tools]
    rows += [("srv/x", b""), ("app/steps/10-migrate", b"#!/bin/sh\n/app/migrate\n")]
    rows += [("entry.sh", f"#!/bin/sh\n{line}\nexec /app/server\n".encode())]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"])
    assert {"/app/migrate", "/app/server"} <= started(runtime)
    assert runtime.programs[0].followed


def test_files_that_a_script_reads_and_asks_for_are_needed(tmp_path: Path) -> None:
    script = (
        b"#!/bin/sh\n[ -f /usr/share/web/ready ] || exit 1\nsed s/x/y/ < /usr/share/web/a.conf > /tmp/a.conf\n"
        b"cp -r /usr/share/web/theme /tmp/theme\nexec /app/server --config /usr/share/web/b.conf\n"
    )
    names = ("ready", "a.conf", "b.conf", "theme/index.html", "other")
    rows: list[Row] = [("entry.sh", script), ("usr/bin/cp", elf()), *((f"usr/share/web/{name}", b"1") for name in names)]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"])
    why = {need.path.decode(): need.because[0].what for need in runtime.needs if need.path.startswith(b"usr/share/web")}
    assert why == {
        "usr/share/web/ready": "asked for by",
        "usr/share/web/a.conf": "asked for by",
        "usr/share/web/theme/index.html": "line 4 names it",
        "usr/share/web/b.conf": "line 5 names it",
        "usr/share/web/other": "application file, read by no build step",
    }


def test_a_program_finds_what_variables_of_the_script_say(tmp_path: Path) -> None:
    rows: list[Row] = [
        *PYTHON,
        ("opt/extra/helper.py", b""),
        ("srv/app.py", b"import helper\n"),
        ("entry.sh", b"#!/bin/sh\nexport PYTHONPATH=/opt/extra\nexec python3 -X dev /srv/app.py --at=$(uname -n) $(uname)\n"),
    ]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"])
    assert b"opt/extra/helper.py" in {need.path for need in runtime.needs}
    assert runtime.programs[0].followed


def test_code_in_a_here_document_is_followed(tmp_path: Path) -> None:
    rows: list[Row] = [*PYTHON, ("usr/lib/python3.11/shlex.py", b""), ("usr/lib/python3.11/wave.py", b"")]
    rows.append(("entry.sh", b"#!/bin/sh\npython3 - x <<'PY'\nimport shlex\nPY\nexec python3 /srv/app.py\n"))
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"])
    assert b"usr/lib/python3.11/shlex.py" in {need.path for need in runtime.needs}
    assert runtime.programs[0].followed


def test_a_program_that_is_made_while_the_script_runs_is_named_with_its_hole(tmp_path: Path) -> None:
    rows: list[Row] = [*PYTHON, ("entry.sh", b"#!/bin/sh\nexec python3 /srv/$(uname -m)/app.py\n")]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/entry.sh"])
    assert not runtime.programs[0].followed
    assert "line 2 starts python3 with words that are made while it runs" in unresolved(runtime)


def test_variables_stand_in_every_word_of_a_command_line(tmp_path: Path) -> None:
    rows: list[Row] = [*PYTHON, ("opt/conf/x.toml", b"")]
    line = 'exec python3 $OPTIONS "$HOME_DIR/app.py" --conf ${CONF:-/opt/conf/x.toml} $UNSET'
    runtime = runtime_of(tmp_path, rows, Cmd=["sh", "-c", line], Env=["OPTIONS=-X dev", "HOME_DIR=/srv", "PATH=/bin:/usr/bin"])
    assert {b"srv/app.py", b"opt/conf/x.toml"} <= {need.path for need in runtime.needs}
    assert (runtime.programs[0].ecosystem, runtime.programs[0].followed) == ("python", True)
