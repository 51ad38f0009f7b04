"""What make runs: the recipes of the goals and of what they need, with variables expanded; nothing else of the file."""

import shutil
import subprocess
from pathlib import Path

import pytest

from layerscope.start.makefiles import recipes
from layerscope.start.shell.states import HOLE

SERVE = """
.PHONY: serve migrate
PORT ?= 8000
APP := shop.wsgi
ARGS = --bind 0.0.0.0:$(PORT) \\
  $(APP)

serve: migrate  # the server
	@exec gunicorn $(ARGS)

migrate:
	-python manage.py migrate
	@echo "$$HOME $@"

build: ; go build ./...
"""


def lines(text: str, *goals: str, **variables: str) -> list[str]:
    files = {"Makefile": text, "local.mk": "NAME = local\n"}
    return [recipe.line for recipe in recipes(["Makefile"], goals, variables, files.get)]


def test_the_first_target_is_the_goal_and_what_it_needs_comes_first() -> None:
    expected = ["python manage.py migrate", 'echo "$HOME migrate"', "exec gunicorn --bind 0.0.0.0:8000 shop.wsgi"]
    assert lines(SERVE) == lines(SERVE, "serve") == expected


def test_a_variable_is_that_of_the_goals_else_of_the_environment() -> None:
    assert lines(SERVE, "serve", PORT="9")[-1] == "exec gunicorn --bind 0.0.0.0:9 shop.wsgi"
    assert lines(SERVE, "serve", "PORT=7", PORT="9")[-1] == "exec gunicorn --bind 0.0.0.0:7 shop.wsgi"


def test_a_goal_that_is_not_asked_for_is_not_run() -> None:
    assert lines(SERVE, "build") == ["go build ./..."]
    assert lines(SERVE, "none") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("all: a.out\n%.out: %.in\n\tmake-it $<\n", [f"make-it {HOLE}"]),
        ("all: $(patsubst %.c,%.o,$(SRC))\n%.o: %.c\n\tcc -c $<\n", [f"cc -c {HOLE}"]),
        ("include local.mk\nall:\n\t./$(NAME)\n", ["./local"]),
        ("-include none.mk\nall:\n\t./x\n", ["./x"]),
        (".ONESHELL:\nall:\n\tcd x\n\t./y\n", ["cd x\n./y"]),
        ("V := $(shell git describe)\nall:\n\t./x $(V)\n", ["git describe", f"./x {HOLE}"]),
        ("ifeq ($(A),1)\nall:\n\t./x\nendif\n", ["./x"]),
        ("define T\nnot: this\n\tever\nendef\nall:\n\t./x\n", ["./x"]),
        ("a b: c\n\t./$@\nc:\n\t./c\n", ["./c", f"./{HOLE}"]),
        ("all: | dirs\n\t./x\ndirs: ; mkdir -p d\n", ["mkdir -p d", "./x"]),
        ("A = $(B)\nB = $(A)\nall:\n\t./x $(A)\n", [HOLE]),
        (".DEFAULT_GOAL := b\na:\n\t./a\nb:\n\t./b\n", ["./b"]),
        ("", []),
        ("\tstray\n:\n=\n%\n", []),
    ],
)
def test_what_stands_in_makefiles(text: str, expected: list[str]) -> None:
    assert lines(text)[: len(expected)] == expected


@pytest.mark.skipif(shutil.which("make") is None, reason="there is no make")
def test_make_runs_the_same(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text(SERVE)
    done = subprocess.run(["make", "-n", "-C", tmp_path, "--no-print-directory"], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == lines(SERVE)


def test_the_shell_is_the_one_that_the_makefile_names() -> None:
    files = {"Makefile": "SHELL := /bin/bash\na:\n\tx\n"}
    assert [recipe.shell for recipe in recipes(["Makefile"], (), {}, files.get)] == ["/bin/bash"]
