"""Programs of packages that a person asked for stay where settings or a program's tables name them."""

from pathlib import Path
from struct import pack

import pytest

from layerscope.core.vocabulary import Rung
from layerscope.needs.model import Runtime
from tests.needs.closure.test_ladder import debian, rungs
from tests.support.needs import because
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, build_information, elf, line_table

INSTALL = "apt-get update && apt-get install -y --no-install-recommends jq vim redis-tools"


def go_with(text: bytes, table: bool = True, function: str = "os.StartProcess") -> bytes:
    """A Go program with a text in a table of its own."""

    def made(address: int) -> bytes:
        data = pack("<QQ", address if table else 0, len(text))
        code = {"runtime.main": 64, function: 32}
        sections = {".text": bytes(96), ".go.buildinfo": build_information(), ".gopclntab": line_table(code)}
        return elf(sections={**sections, ".rodata": b"<" + text + b">", ".data": data})

    return made(made(0).index(b"<" + text + b">") + 1)


def found(directory: Path, server: bytes, run: str = INSTALL, **files: str) -> Runtime:
    settings: list[Row] = [(f"opt/app/share/{name}", text.encode()) for name, text in files.items()]
    layers = [debian(), [("opt/app/bin/server", server), *settings]]
    history = [f"RUN /bin/sh -c {run}", "COPY app /opt/app"]
    return analysis_of(directory, layers, history, Cmd=["/opt/app/bin/server"], Env=["PATH=/usr/bin:/bin"]).runtime


def test_a_name_in_a_table_of_a_program_that_starts_others_keeps_the_package_whole(tmp_path: Path) -> None:
    kept = found(tmp_path, go_with(b"jq"))
    assert rungs(kept)["usr/bin/jq"] == Rung.FOLLOWED
    assert rungs(kept)["usr/lib/libjq.so.1"] == Rung.CLOSURE
    assert because(kept, "usr/bin/jq")[0].what == "a program by this name may be started by"
    assert "usr/bin/vim" not in rungs(kept)


@pytest.mark.parametrize(
    ("server", "run"),
    [
        (go_with(b"jq", table=False), INSTALL),
        (go_with(b"jq", function="os.Getenv"), INSTALL),
        (go_with(b"jqq"), INSTALL),
        (go_with(b"vim"), INSTALL),
        (go_with(b"jq"), "apt-get install -y redis-tools"),
    ],
)
def test_a_name_means_nothing_elsewhere_or_where_nobody_asked_for_it(tmp_path: Path, server: bytes, run: str) -> None:
    assert not {"usr/bin/jq", "usr/bin/vim"} & rungs(found(tmp_path, server, run)).keys()


def test_a_text_of_c_is_a_name_and_that_of_a_symbol_is_none(tmp_path: Path) -> None:
    sections = {".rodata": b"\0redis-check-rdb\0", ".dynstr": b"\0execvp\0", ".strtab": b"\0jq\0"}
    kept = rungs(found(tmp_path, elf(interpreter=GLIBC_LOADER, sections=sections)))
    assert kept["usr/lib/tool/modules/m.la"] == Rung.CLOSURE


@pytest.mark.parametrize("text", ['{"query": {"argv": ["jq", "-c"]}}', "query: jq .\n", "[query]\ncommand = /usr/bin/jq .\n"])
def test_settings_beside_a_program_name_what_it_starts(tmp_path: Path, text: str) -> None:
    kept = found(tmp_path, go_with(b"-"), **{"tools.json": text})
    assert rungs(kept)["usr/lib/libjq.so.1"] == Rung.CLOSURE


def test_a_tool_stays_where_settings_have_an_option_behind_it(tmp_path: Path) -> None:
    assert "usr/bin/vim" in rungs(found(tmp_path, go_with(b"-"), **{"tools.json": '{"edit": ["vim", "-e"]}'}))
    assert "usr/bin/vim" not in rungs(found(tmp_path, go_with(b"-"), **{"tools.json": '{"edit": "vim"}'}))


def test_what_tells_a_package_manager_about_a_project_is_no_setting(tmp_path: Path) -> None:
    assert "usr/bin/jq" not in rungs(found(tmp_path, go_with(b"-"), **{"package.json": '{"scripts": {"x": "jq ."}}'}))
