"""What launchers of Python start, in which virtual environment."""

import pytest

from layerscope.start.launchers import Launched, launched_by
from layerscope.start.shell.image import ShellImage
from tests.support.archives import Entry, layer_tar
from tests.support.attributions import executables
from tests.support.layers import stacked

ENVIRONMENT = ["/app/.venv/bin/python", "/app/.venv/bin/gunicorn"]


def launched(command: str, *entries: Entry, places: list[str] = ENVIRONMENT, **variables: str) -> Launched | None:
    filesystem = stacked(layer_tar([*executables(places), *entries]))
    contents = {entry[0]: entry[1] for entry in entries if isinstance(entry, tuple)}

    def read(entry: int) -> str | None:
        content = contents.get(filesystem.paths[entry].decode())
        return content.decode() if isinstance(content, bytes) else None

    return launched_by(tuple(command.split()), "/app", variables, ShellImage(filesystem, read))


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("uv run gunicorn app:app", "/app/.venv/bin/gunicorn app:app"),
        ("uv --quiet run --no-sync --extra x gunicorn -b :80", "/app/.venv/bin/gunicorn -b :80"),
        ("uv run main.py --x", "/app/.venv/bin/python main.py --x"),
        ("uv run -m app", "/app/.venv/bin/python -m app"),
        ("uv run -- python x.py", "/app/.venv/bin/python x.py"),
        ("pipenv run gunicorn app:app", "/app/.venv/bin/gunicorn app:app"),
        ("poetry run python -m app", "/app/.venv/bin/python -m app"),
        ("pdm run /usr/bin/tool", "/usr/bin/tool"),
        ("ddtrace-run server --x", "server --x"),
        ("newrelic-admin run-program server --x", "server --x"),
        ("dotenv -f .env run -- server", "server"),
    ],
)
def test_the_command_is_found_in_the_projects_environment(command: str, words: str) -> None:
    found = launched(command)
    assert found is not None
    assert " ".join(found.words) == words


@pytest.mark.parametrize("command", ["uv pip list", "uv", "pipenv install", "poetry run", "server run x"])
def test_other_commands_start_nothing(command: str) -> None:
    assert launched(command) is None


def test_an_environment_that_the_launcher_compares_stays_whole_unless_it_is_told_not_to() -> None:
    assert [getattr(launched(line), "whole", None) for line in ("uv run x", "uv run --no-sync x", "pipenv run x")] == [
        True,
        False,
        False,
    ]
    assert getattr(launched("uv run x", UV_NO_SYNC="1"), "whole", None) is False


def test_environments_lie_where_settings_say() -> None:
    places = ["/root/.local/share/virtualenvs/app-x1/bin/python", "/root/.local/share/virtualenvs/app-x1/bin/web"]
    found = launched("pipenv run web", places=places)
    assert found is not None
    assert found.words == ("/root/.local/share/virtualenvs/app-x1/bin/web",)
    found = launched("uv run python x.py", places=["/opt/venv/bin/python"], UV_PROJECT_ENVIRONMENT="/opt/venv")
    assert found is not None
    assert found.environment == "/opt/venv"
    found = launched("conda run -n web serve", places=["/opt/conda/envs/web/bin/python", "/opt/conda/envs/web/bin/serve"])
    assert found is not None
    assert found.words == ("/opt/conda/envs/web/bin/serve",)


@pytest.mark.parametrize(
    ("command", "file", "text"),
    [
        ("pipenv run web a", "app/Pipfile", '[scripts]\nweb = "gunicorn app:app"\n'),
        ("pdm run web a", "app/pyproject.toml", '[tool.pdm.scripts]\nweb = {cmd = "gunicorn app:app"}\n'),
        ("pdm run web a", "app/pyproject.toml", '[tool.pdm.scripts]\nweb = {cmd = ["gunicorn", "app:app"]}\n'),
        ("hatch run web a", "app/pyproject.toml", '[tool.hatch.envs.default.scripts]\nweb = "gunicorn app:app"\n'),
    ],
)
def test_a_script_of_the_project_is_started_by_its_name(command: str, file: str, text: str) -> None:
    found = launched(command, (file, text.encode()))
    assert found is not None
    assert found.words == ("sh", "-c", "PATH=/app/.venv/bin:$PATH\ngunicorn app:app a")


def test_a_project_file_that_cannot_be_read_has_no_scripts() -> None:
    found = launched("pipenv run gunicorn", ("app/Pipfile", b"[broken"))
    assert found is not None
    assert found.words == ("/app/.venv/bin/gunicorn",)
