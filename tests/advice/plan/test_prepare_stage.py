"""What is done to files on their way: what is removed, stripped and built again, and where nothing can be done."""

from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from layerscope.advice.delivery.model import Root
from layerscope.advice.golang.build import Rebuild
from layerscope.advice.ground import RecommendOptions
from layerscope.advice.plan.base_choice import demand_of
from layerscope.advice.plan.brief import Brief
from layerscope.advice.plan.prepare_stage import Preparation, can_remove, may_run, prepare, removable
from tests.support.programs import Row, analysis_of, go_program

TOOLS: list[Row] = [("bin/sh", b"shell"), ("bin/rm", b"rm"), ("usr/bin/strip", b"strip")]
SERVER = go_program(symbols=1000)


def brief(tmp_path: Path, tools: list[Row] = TOOLS, rebuild: Rebuild | None = None, **config: Any) -> Brief:
    options = RecommendOptions(strip=config.pop("strip", True))
    analysis = analysis_of(tmp_path, [[*tools, ("app/server", SERVER)]], Cmd=["/app/server"], **config)
    ground = replace(analysis.ground, options=options)
    demand = demand_of(ground.filesystem, ground.runtime, "amd64")
    return Brief(ground=ground, demand=demand, rebuild=rebuild or Rebuild(b""))


def prepared(found: Brief, *removed: bytes) -> Preparation:
    return prepare(found, removed, found.ground.filesystem.visible.values())


def test_what_is_not_needed_is_removed_and_programs_are_stripped(tmp_path: Path) -> None:
    found = prepared(brief(tmp_path), b"app/a b", b"app/c")
    assert [line for line in found.commands if not line.startswith("#")] == [
        "RUN strip --strip-all /app/server",
        "RUN rm -rf '/app/a b' /app/c",
    ]
    assert found.stripped == {b"app/server": 1000}


def test_many_paths_stand_on_several_lines(tmp_path: Path) -> None:
    *_, command = prepared(brief(tmp_path), *(f"app/{number:030}".encode() for number in range(9))).commands
    assert command.startswith("RUN rm -rf")
    assert max(map(len, command.split("\n"))) < 160
    assert command.count(" \\\n") > 1


@pytest.mark.parametrize("missing", [0, 2], ids=["no shell", "no strip"])
def test_without_the_tool_a_program_crosses_as_it_is(tmp_path: Path, missing: int) -> None:
    tools = [tool for number, tool in enumerate(TOOLS) if number != missing]
    assert prepared(brief(tmp_path, tools)) == Preparation()


def test_what_is_put_together_first_is_not_stripped_afterwards(tmp_path: Path) -> None:
    """A hard-linked program crosses as a copy that was made before: strip would change the other one."""
    found = brief(tmp_path)
    made = prepare(found, (), found.ground.filesystem.visible.values(), (Root(b"planned", (b"app/server",)),))
    assert made.stripped == {}
    assert not any("strip" in line for line in made.commands)


def test_who_does_not_want_it_gets_nothing_stripped(tmp_path: Path) -> None:
    assert prepared(brief(tmp_path, strip=False)) == Preparation()


def test_a_program_that_is_built_again_comes_without_symbols(tmp_path: Path) -> None:
    found = prepared(brief(tmp_path, TOOLS[:1], Rebuild(b"app/server", ("# again", "RUN go build"))))
    assert found.commands == ("# again", "RUN go build")
    assert found.stripped == {b"app/server": 1000}


def test_commands_are_written_for_a_plain_shell(tmp_path: Path) -> None:
    assert prepared(brief(tmp_path, Shell=["/bin/bash", "-c"])).commands[0] == 'SHELL ["/bin/sh", "-c"]'
    assert prepared(brief(tmp_path, TOOLS[:1], Shell=["/bin/bash", "-c"])).commands == ()


def test_no_stage_starts_from_an_image_that_would_put_instructions_into_it(tmp_path: Path) -> None:
    found = brief(tmp_path, OnBuild=["RUN evil"])
    assert not may_run(found.ground.config)
    assert prepared(found, b"app/x") == Preparation()


def test_what_an_image_can_remove(tmp_path: Path) -> None:
    assert can_remove(brief(tmp_path).ground.filesystem)
    assert not can_remove(brief(tmp_path, TOOLS[:1]).ground.filesystem)
    assert removable(b"app/a b")
    assert not removable(b"app/a\nb")
