"""What a script finds in its image: programs as the shell finds them, tests of files, and what patterns mean."""

import tarfile

import pytest

from layerscope.start.shell.image import ShellImage
from layerscope.start.shell.states import State, Value
from tests.support.archives import Entry, layer_tar, link
from tests.support.attributions import executables
from tests.support.layers import stacked

ENTRIES: list[Entry] = [
    *executables(["/usr/bin/tool", "/opt/bin/tool", "/app/run.sh"]),
    ("app/settings", b"A=1\n"),
    ("app/empty", b""),
    ("app/conf.d/b.conf", b"b"),
    ("app/conf.d/a.conf", b"a"),
    ("app/conf.d/more/c.conf", b"c"),
    link("app/current", "conf.d"),
    link("app/again", "app/settings", tarfile.LNKTYPE),
    ("tmp/file", b"x"),
    ("data/file", b"x"),
]


@pytest.fixture(scope="module")
def image() -> ShellImage:
    filesystem = stacked(layer_tar(ENTRIES))
    texts = {entry: "exec /app/server\n" for entry, path in enumerate(filesystem.paths) if path.endswith(b"settings")}
    return ShellImage(filesystem, texts.get, ["/data"])


def state(path: str = "/usr/bin:/opt/bin") -> State:
    return State(variables={"PATH": Value(path)}, arguments=(), name="sh", directory="/app")


@pytest.mark.parametrize(
    ("word", "path", "found"),
    [
        ("tool", "/usr/bin:/opt/bin", "/usr/bin/tool"),
        ("tool", "/opt/bin:/usr/bin", "/opt/bin/tool"),
        ("./run.sh", "", "/app/./run.sh"),
        ("/app/run.sh", "", "/app/run.sh"),
        ("run.sh", ":/usr/bin", "/app/run.sh"),
        ("run.sh", "/usr/bin", None),
        ("/app/settings", "", None),
        ("/app", "", None),
    ],
)
def test_a_program_is_found_by_path_and_has_to_be_executable(
    word: str, path: str, found: str | None, image: ShellImage
) -> None:
    assert image.locate(word, state(path)) == found


@pytest.mark.parametrize(
    ("option", "word", "answer"),
    [
        ("-f", "settings", True),
        ("-f", "/app/again", True),
        ("-f", "conf.d", False),
        ("-d", "conf.d", True),
        ("-d", "current/more", True),
        ("-e", "/nowhere", False),
        ("-x", "run.sh", True),
        ("-x", "settings", False),
        ("-s", "settings", True),
        ("-s", "empty", False),
        ("-L", "settings", False),
        ("-L", "current", None),
        ("-w", "settings", None),
        ("-f", "/tmp/file", None),
        ("-f", "/data/file", None),
    ],
)
def test_files_are_tested_where_a_container_has_no_others(
    option: str, word: str, answer: bool | None, image: ShellImage
) -> None:
    assert image.about(option, word, state()) is answer


def test_a_sourced_script_is_looked_up_in_path_and_in_the_working_directory(image: ShellImage) -> None:
    assert image.source("settings", state()) == ("/app/settings", "exec /app/server\n")
    assert image.source("/app/settings", state()) == ("/app/settings", "exec /app/server\n")
    assert image.source("tool", state()) is None


def test_patterns_and_directories_list_paths_in_the_shell_s_order(image: ShellImage) -> None:
    assert image.matching("conf.d/*.conf", "/app") == ["/app/conf.d/a.conf", "/app/conf.d/b.conf"]
    assert image.matching("/app/nothing/*", "/") == []
    assert image.inside("current", state()) == [
        "/app/conf.d/a.conf",
        "/app/conf.d/b.conf",
        "/app/conf.d/more/c.conf",
    ]
