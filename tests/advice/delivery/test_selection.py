"""Which links cross: an alternative for which the base has chosen another program does, any other link of the base does not."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from layerscope.advice.delivery.selection import selection
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.base_provides import Supply
from layerscope.core.vocabulary import Role
from layerscope.needs.model import Because, Need
from tests.support.archives import link
from tests.support.programs import Row, analysis_of, go_program

ROWS: list[Row] = [
    ("app/server", go_program()),
    *((f"bin/{name}", b"#!tool") for name in ("sh", "cp", "rm", "mkdir", "install")),
    ("usr/bin/nawk", b"#!nawk"),
    link("usr/bin/awk", "/etc/alternatives/awk"),
    link("etc/alternatives/awk", "/usr/bin/nawk"),
]


@pytest.mark.parametrize(("target", "crosses"), [(b"/usr/bin/mawk", True), (b"/usr/bin/nawk", False)])
def test_an_alternative_crosses_where_the_base_has_another(tmp_path: Path, target: bytes, crosses: bool) -> None:
    ground = analysis_of(tmp_path, [ROWS], ["RUN make"], Cmd=["/app/server"]).ground
    entry = ground.filesystem.visible[b"usr/bin/nawk"]
    awk = Need(path=b"usr/bin/nawk", entry=entry, role=Role.PROGRAM, because=(Because("CMD"),), asked=(b"usr/bin/awk",))
    ground = replace(ground, runtime=replace(ground.runtime, needs=(awk,)))
    links = {b"usr/bin/awk": b"/etc/alternatives/awk", b"etc/alternatives/awk": target}
    base = Candidate(reference="debian", content=dict.fromkeys((*links, target[1:]), 9), links=links)
    files = {file.source for file in selection(ground, base, Supply([awk], []))}
    assert files == {b"usr/bin/nawk", *([b"etc/alternatives/awk"] if crosses else [])}
