"""What an image runs, told by what it starts."""

import tarfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.attribution.roles import Roles, find_roles, knowledge, program_name
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.keep import Picks
from layerscope.sources.image import Config, Healthcheck
from tests.support.archives import Entry, layer_tar, link
from tests.support.attributions import executables, files, image_config
from tests.support.layers import stacked

NODE_ENTRYPOINT = b"""#!/bin/sh
set -e

# Run command with node if the first argument contains a "-" or is not a system command. The last
# part inside the "{}" is a workaround for the following bug in ash/dash:
if [ "${1#-}" != "${1}" ] || [ -z "$(command -v "${1}")" ] || { [ -f "${1}" ] && ! [ -x "${1}" ]; }; then
  set -- node "$@"
fi

exec "$@"
"""
NGINX_ENTRYPOINT = b"""#!/bin/sh
# vim:sw=4:ts=4:et
set -e
if [ "$1" = "nginx" -o "$1" = "nginx-debug" ]; then
    if /usr/bin/find "/docker-entrypoint.d/" -mindepth 1 -maxdepth 1 -type f -print -quit 2>/dev/null | read v; then
        for f in $(find "/docker-entrypoint.d/" -follow -type f -print | sort -V); do "$f"; done
    fi
fi
exec "$@"
"""


def ran(config: Config, entries: list[Entry], roots: tuple[bytes, ...] = (b"app",)) -> tuple[Filesystem, Roles]:
    """The filesystem of one layer and what an image with it runs; what lies in /usr/bin is the operating system's."""
    check = config.healthcheck.test if config.healthcheck else ()
    filesystem = stacked(layer_tar(entries), picks=Picks.of_commands(config.entrypoint, config.cmd, check))
    return filesystem, find_roles(filesystem, config, roots, lambda entry: filesystem.paths[entry].startswith(b"usr/bin/"))


def names(config: Config, entries: list[Entry]) -> set[str]:
    return set(ran(config, entries)[1].running)


@pytest.mark.parametrize(
    ("command", "roles"),
    [
        (("python3", "app.py"), {"python"}),
        (("/opt/venv/bin/python3.12", "-m", "flask", "run"), {"python"}),
        (("gunicorn", "-w", "4", "app:app"), {"python"}),
        (("flask", "run", "--host=0.0.0.0"), {"python"}),
        (("node", "server.js"), {"node"}),
        (("npm", "start"), {"npm", "node"}),
        (("serve", "-s", "build"), {"node"}),
        (("npx", "serve"), {"npm", "node"}),
        (("java", "-jar", "/app.jar"), {"jvm"}),
        (("mvn", "spring-boot:run"), {"jvm", "jdk", "maven"}),
        (("catalina.sh", "run"), {"jvm"}),
        (("dotnet", "app.dll"), {"dotnet"}),
        (("dotnet", "run"), {"dotnet", "dotnet-sdk"}),
        (("bundle", "exec", "puma"), {"bundler", "ruby"}),
        (("php-fpm8.2",), {"php"}),
        (("go", "run", "."), {"go"}),
        (("nginx", "-g", "daemon off;"), set()),
        # behind programs that start others
        (("tini", "--", "python", "app.py"), {"python"}),
        (("/sbin/tini", "-s", "-p", "SIGTERM", "--", "node", "x.js"), {"node"}),
        (("gosu", "nobody", "node", "x.js"), {"node"}),
        (("env", "A=b", "PYTHONPATH=x", "python3"), {"python"}),
        (("uv", "run", "--frozen", "fastapi", "run"), {"uv", "python"}),
        (("sudo", "-u", "www-data", "php", "index.php"), {"php"}),
        # shell lines
        (("/bin/sh", "-c", "exec gunicorn app:app"), {"python"}),
        (("/bin/sh", "-c", "cd /srv && A=1 exec node server.js > log"), {"node"}),
        (("bash", "-o", "pipefail", "-lc", "python manage.py migrate; exec uvicorn app:app"), {"python"}),
        (("/bin/sh", "-c", "$JAVA_HOME/bin/java -jar app.jar"), {"jvm"}),
        (("/bin/sh", "-c", "if true; then python x.py; fi"), {"python"}),
        # words that only look like programs
        (("/usr/bin/tool", "serve"), set()),
        (("/usr/bin/tool", "--runtime", "node", "python"), set()),
    ],
)
def test_the_words_of_a_command_tell_the_roles(command: tuple[str, ...], roles: set[str]) -> None:
    assert names(image_config(cmd=command), files(["/usr/bin/tool", "/usr/sbin/nginx"])) == roles
    assert names(image_config(entrypoint=command[:1], cmd=command[1:]), files(["/usr/bin/tool"])) == roles


def test_entrypoint_scripts_of_base_images_hand_over_to_cmd_and_run_nothing_else() -> None:
    server = executables(["/usr/bin/server", "/usr/local/bin/npm"])
    node: list[Entry] = [("usr/local/bin/docker-entrypoint.sh", NODE_ENTRYPOINT), *server]
    assert names(image_config(entrypoint=("docker-entrypoint.sh",), cmd=("npm", "start")), node) == {"npm", "node"}
    assert names(image_config(entrypoint=("docker-entrypoint.sh",), cmd=("/usr/bin/server",)), node) == set()
    nginx: list[Entry] = [("docker-entrypoint.sh", NGINX_ENTRYPOINT), *files(["/usr/sbin/nginx"])]
    assert names(image_config(entrypoint=("/docker-entrypoint.sh",), cmd=("nginx", "-g", "daemon off;")), nginx) == set()


@pytest.mark.parametrize(
    ("script", "roles"),
    [
        (b"#!/bin/sh\nset -e\npython manage.py migrate\nexec gunicorn app:app\n", {"python"}),
        (b"#!/usr/bin/env bash\nAPP=node\nexec $APP server.js\n", {"node"}),
        (b'#!/bin/bash\nJAVACMD=java\nexec "$JAVACMD" \\\n  -jar app.jar\n', {"jvm"}),
        (b"#!/bin/sh\n# python is not needed\necho node\n./server\n", set()),
        (b"#!/bin/sh\nwhile ! nc -z db 5432; do sleep 1; done\nnode a.js & node b.js\n", {"node"}),
        (b"#!/usr/bin/env python3\nimport node\n", {"python"}),
        (b"#!/usr/bin/env -S uv run --script\nprint()\n", {"python", "uv"}),
        (b"#!/usr/local/bin/node\nrequire('./x')\n", {"node"}),
        (b"\x7fELF node", set()),
    ],
)
@pytest.mark.parametrize("command", [("/app/start.sh",), ("tini", "/app/start.sh"), ("sh", "/app/start.sh"), ("./start.sh",)])
def test_scripts_are_followed(script: bytes, roles: set[str], command: tuple[str, ...]) -> None:
    entries: list[Entry] = [("app/start.sh", script), *files(["/app/server"])]
    assert names(image_config(working_dir="/app", cmd=command), entries) == roles


def test_a_script_of_a_package_json_is_followed() -> None:
    package = b'{"name": "x", "scripts": {"start": "NODE_ENV=production react-scripts start", "serve": "node dist"}}'
    entries: list[Entry] = [("app/package.json", package)]
    for command in (("npm", "start"), ("npm", "run", "start"), ("yarn", "start"), ("pnpm", "run", "start")):
        assert "dev-server" in names(image_config(working_dir="/app", cmd=command), entries)
    for command in (("npm", "run", "serve"), ("yarn", "serve"), ("npm", "run"), ("npm", "run", "nothing")):
        assert "dev-server" not in names(image_config(working_dir="/app", cmd=command), entries)


def test_a_console_script_tells_its_interpreter_by_its_first_line() -> None:
    entries: list[Entry] = [
        ("opt/venv/bin/shop", b"#!/opt/venv/bin/python3\nimport sys\n"),
        link("opt/venv/bin/python3", "/usr/bin/python3.11"),
        *files(["/usr/bin/python3.11", "/usr/local/bin/python3"]),
    ]
    _, roles = ran(image_config(cmd=("/opt/venv/bin/shop",)), entries)
    assert roles.run("python", packaged=True)
    assert not roles.run("python", packaged=False)
    assert not roles.run("node")


def test_a_program_below_node_modules_runs_node_whatever_its_name() -> None:
    entries: list[Entry] = [
        ("usr/local/lib/node_modules/thing/cli.js", b"#!/usr/bin/env node\n"),
        link("usr/local/bin/thing", "../lib/node_modules/thing/cli.js"),
        *files(["/usr/local/bin/node"]),
    ]
    _, roles = ran(image_config(cmd=("thing",)), entries)
    assert roles.running == {"node": frozenset({False})}


def test_an_interpreter_that_a_launcher_runs_by_is_looked_up_in_the_path() -> None:
    both = files(["/usr/bin/python3", "/opt/py/bin/python3"])
    for path, packaged in (("/opt/py/bin:/usr/bin", False), ("/usr/bin:/opt/py/bin", True)):
        _, roles = ran(image_config(cmd=("gunicorn", "a:b"), env=(f"PATH={path}",)), both)
        assert roles.running["python"] == {packaged}
    _, roles = ran(image_config(cmd=("gunicorn", "a:b")), [])
    assert roles.run("python", True)
    assert roles.run("python", False), "not in the image: it may be anybody's"


def test_a_healthcheck_runs_too() -> None:
    config = image_config(cmd=("/server",), healthcheck=Healthcheck(test=("CMD-SHELL", "curl -f http://localhost/ || exit 1")))
    assert names(config, files(["/server", "/usr/bin/curl"])) == {"download"}


@pytest.mark.parametrize("command", [(), ("bash",), ("/bin/sh",), ("/missing",), ("docker-entrypoint.sh",)])
def test_where_nothing_tells_what_is_started_the_base_image_and_the_sources_do(command: tuple[str, ...]) -> None:
    script = b'#!/bin/sh\nset -e\nexec "$@"\n'
    entries: list[Entry] = [("usr/local/bin/docker-entrypoint.sh", script), *files(["/bin/bash", "/bin/sh", "/app/x"])]
    assert names(image_config(cmd=command, env=("NODE_VERSION=20",)), entries) == {"node"}
    assert names(image_config(cmd=command), [*entries, *files(["/app/main.py", "/app/node_modules/x/index.php"])]) == {"python"}
    assert names(image_config(cmd=command, env=("GOLANG_VERSION=1.22",)), entries) == set()
    assert names(image_config(cmd=command), entries) == set()


def test_an_entrypoint_script_without_arguments_starts_what_it_falls_back_to() -> None:
    entries: list[Entry] = [("usr/local/bin/docker-entrypoint.sh", NODE_ENTRYPOINT), *files(["/app/main.py"])]
    assert names(image_config(cmd=("docker-entrypoint.sh",)), entries) == {"node"}


def test_what_a_script_could_not_reach_is_not_run() -> None:
    script = b"#!/bin/sh\nunused() { python x.py; }\nif [ a = b ]; then java -jar x.jar; fi\nexec node server.js\n"
    assert names(image_config(cmd=("/start.sh",)), [("start.sh", script)]) == {"node"}


def test_a_started_program_settles_it_whatever_the_base_image() -> None:
    assert names(image_config(cmd=("/app/server",), env=("PYTHON_VERSION=3",)), files(["/app/server", "/app/x.py"])) == set()


def test_what_is_started_are_programs_and_the_scripts_that_interpreters_are_given() -> None:
    entries: list[Entry] = [
        ("start.sh", b"#!/bin/sh\nexec node --enable-source-maps dist/main.js\n"),
        *files(["/app/dist/main.js", "/usr/local/bin/node", "/bin/sh", "/app/other.js"]),
        link("app/again.js", "app/other.js", tarfile.LNKTYPE),
    ]
    filesystem, roles = ran(image_config(working_dir="/app", entrypoint=("/start.sh",)), entries)
    assert {filesystem.paths[entry] for entry in roles.started} == {b"start.sh", b"app/dist/main.js"}


def test_what_supervisord_is_told_to_start_is_followed() -> None:
    programs = b"[program:web]\ncommand=/usr/bin/node server.js\n[program:fpm]\ncommand = php-fpm8.2 -F\n;command=java\n"
    entries: list[Entry] = [("etc/supervisor/conf.d/app.conf", programs), *files(["/usr/bin/node"])]
    assert names(image_config(cmd=("supervisord", "-n")), entries) == {"python", "node", "php"}
    assert names(image_config(cmd=("/usr/bin/node",)), entries) == {"node"}


def test_scripts_that_start_each_other_come_to_an_end() -> None:
    entries: list[Entry] = [
        ("a.sh", b"#!/bin/sh\n" + b"/b.sh\n/a.sh\n" * 5000),
        ("b.sh", b'#!/a.sh\nexec /a.sh "$@"\n'),
    ]
    assert names(image_config(entrypoint=("/a.sh",), cmd=("/b.sh",)), entries) == set()


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.text(alphabet="sh -c$(){};&|\"'\\\n\x00\ud800pythonexec=@/.", max_size=30), max_size=5),
    st.binary(max_size=200),
)
def test_no_command_and_no_script_disturbs(words: list[str], script: bytes) -> None:
    config = image_config(
        entrypoint=("/start",), cmd=tuple(words), working_dir="".join(words[:1]), env=("PATH=" + "".join(words),)
    )
    names(config, [("start", b"#!/bin/sh\n" + script), ("package.json", script)])
    names(image_config(cmd=tuple(words)), [("start", b"#!" + script)])


def test_names_are_read_without_versions_and_the_table_is_whole() -> None:
    found = [
        program_name(name) for name in ("/usr/bin/python3.11", "php-fpm8.2", "pm2", "gcc-12", "node", "ruby3.1", "7z", "x.sh")
    ]
    assert found == ["python", "php-fpm", "pm2", "gcc", "node", "ruby", "7z", "x.sh"]
    for role, table in knowledge().roles.items():
        assert table.programs, role
        assert all(program_name(name) == name for name in table.programs if " " not in name), role
