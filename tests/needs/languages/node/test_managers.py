"""What npm, yarn and pnpm are asked to run."""

from pathlib import Path

from layerscope.needs.model import NoteCode
from tests.support.node_images import NPM, SERVER, needed, packages, project, runtime_of, unresolved


def test_npm_start_keeps_npm_and_follows_the_script(tmp_path: Path) -> None:
    rows = [*SERVER, *project(dependencies={"express": "4"}, scripts={"start": "NODE_ENV=production node dist/server.js"})]
    runtime = runtime_of(tmp_path, rows, Cmd=["npm", "start"])
    assert {f"{NPM}/node_modules/tar/package.json", "bin/sh", "app/dist/server.js"} <= needed(runtime)
    assert {"express", "qs"} <= packages(runtime)
    assert runtime.programs[0].followed
    assert [note.code for note in runtime.notes] == [NoteCode.DIRECT_COMMAND]
    assert 'CMD ["node", "dist/server.js"] would leave npm out' in runtime.notes[0].what
    assert runtime.unresolved == ()


def test_scripts_before_and_after_are_followed_too(tmp_path: Path) -> None:
    scripts = {"prestart": "node scripts/migrate.mjs", "start": "node dist/server.js"}
    migrate = ("app/scripts/migrate.mjs", b"import 'typescript'")
    runtime = runtime_of(tmp_path, [*SERVER, *project(scripts=scripts), migrate], Cmd=["npm", "run", "start", "--silent"])
    assert "typescript" in packages(runtime)


def test_a_script_that_is_not_there_is_told(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, SERVER, Cmd=["npm", "run", "serve"])
    assert not runtime.programs[0].followed
    assert "no package.json has such a script" in unresolved(runtime)


def test_settings_that_the_manager_reads_each_time_stay(tmp_path: Path) -> None:
    rows = [*SERVER, *project(scripts={"start": "node dist/server.js"}), ("app/.npmrc", b"fund=false")]
    runtime = runtime_of(tmp_path, rows, Cmd=["npm", "start"])
    assert "app/.npmrc" in needed(runtime)
