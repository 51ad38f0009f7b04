"""The planned tree followed once more: over made-up images, what is asked for is there, links lead somewhere, and the plan, the
Dockerfile and `why` say the same of every path."""

import tarfile
import tempfile
from pathlib import Path

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from layerscope.advice.ground import Ground, RecommendOptions
from layerscope.advice.model import Recommendation
from layerscope.advice.plan.base_content import Opened
from layerscope.advice.recommend import recommend
from layerscope.advice.why import Verdict, explain
from layerscope.analysis import Analysis
from layerscope.core.names import absolute
from layerscope.core.vocabulary import Role
from layerscope.filesystem.merged import Filesystem
from layerscope.layers.index import Kind
from layerscope.needs.model import Because, Need
from tests.support.archives import link
from tests.support.built import ABSENT, System, built, found_at, system_of
from tests.support.programs import Row, analysis_of, go_program

TOOLS: list[Row] = [(f"bin/{name}", b"#!tool " + name.encode()) for name in ("sh", "cp", "rm", "mkdir", "install")]
WEIGHT: Row = ("usr/local/go/pkg/tool/compile", bytes(1_100_000))
SERVER: Row = ("app/server", go_program())
DIRECTORIES = ("app/data", "opt/lib", "usr/lib/x86_64-linux-gnu", "usr/local/bin", "srv/releases/1", "etc/app")
LINKS = (("srv/current", "releases/1"), ("lib", "usr/lib"), ("opt/now", "/opt/lib"), ("lost", "nowhere"))
BASE: System = dict.fromkeys((b"usr", b"usr/lib", b"usr/bin", b"etc", b"tmp", b"bin")) | {
    b"lib": b"usr/lib",
    b"usr/lib/libc.so": -1,
    b"bin/sh": -1,
}
ROLES = (Role.LIBRARY, Role.PROGRAM, Role.DATA, Role.INTERPRETER, Role.DEPENDENCY)
OF_SYSTEM = (Role.LIBRARY, Role.INTERPRETER)
"""What a base with a shell is trusted to have of its own."""

FILES = (Kind.REGULAR, Kind.HARDLINK)
HOW = ("relative", "absolute", "hard")

files = st.lists(st.tuples(st.sampled_from(DIRECTORIES), st.integers(0, 9)), min_size=4, max_size=30, unique=True)
aliases = st.lists(
    st.tuples(st.sampled_from(DIRECTORIES), st.integers(0, 5), st.integers(0, 29), st.sampled_from(HOW)),
    max_size=8,
    unique_by=lambda item: item[:2],
)
wanted = st.lists(st.tuples(st.integers(0, 40), st.sampled_from(ROLES), st.booleans()), min_size=1, max_size=25)


def opened(_: str) -> Opened:
    content = {path: 1 if node is not None else 0 for path, node in BASE.items()} | {b"lib/libc.so": 1}
    return Opened(
        size=1000,
        content=content,
        env=(),
        entrypoint=(),
        users=("root",),
        links={path: node for path, node in BASE.items() if isinstance(node, bytes)},
        directories=frozenset(path for path, node in BASE.items() if node is None),
    )


def image(directory: Path, paths: list[tuple[str, int]], names: list[tuple[str, int, int, str]]) -> Analysis:
    """An image with files, links to them (relative and absolute ones, also from link to link, and hard ones) and links to
    directories."""
    made = [f"{place}/f{number}" for place, number in paths]
    rows: list[Row] = [*TOOLS, WEIGHT, SERVER, *((path, path.encode()) for path in made), *(link(*pair) for pair in LINKS)]
    known = list(made)
    for place, number, of, how in names:
        target = known[of % len(known)]
        if how == "hard":
            rows.append(link(f"{place}/h{number}", made[of % len(made)], tarfile.LNKTYPE))
        else:
            rows.append(
                link(f"{place}/l{number}", f"/{target}" if how == "absolute" else "../" * (place.count("/") + 1) + target)
            )
            known.append(f"{place}/l{number}")
    return analysis_of(directory, [rows], ["RUN make all"], Cmd=["/app/server"])


def needs(filesystem: Filesystem, chosen: list[tuple[int, Role, bool]]) -> tuple[Need, ...]:
    """Needs of some of the files, each asked for by all names that lead to it or by one."""
    contents = [path for path, entry in sorted(filesystem.visible.items()) if filesystem.kinds[entry] in FILES]
    links = [path for path, entry in sorted(filesystem.visible.items()) if filesystem.kinds[entry] == Kind.SYMLINK]
    found = {}
    for number, role, every in chosen:
        path = contents[number % len(contents)]
        through = [b"srv/current/" + path[15:]] if path.startswith(b"srv/releases/1/") else []
        names = [*(name for name in links if filesystem.real_path(name) == path), *through, path]
        entry = filesystem.visible[path]
        if entry not in found and not path.startswith((b"usr/local/go", b"app/server", b"bin/")):
            asked = tuple(names if every else names[:1])
            found[entry] = Need(path=path, entry=entry, role=role, because=(Because("asked by", b"app/server"),), asked=asked)
    return tuple(found.values())


def planned(analysis: Analysis, chosen: list[tuple[int, Role, bool]], on_base: bool) -> tuple[Ground, Recommendation]:
    runtime = analysis.runtime
    more = needs(analysis.filesystem, [item for item in chosen if not (on_base and item[1] in OF_SYSTEM)])
    runtime = replace(runtime, needs=(*runtime.needs, *more))
    options = RecommendOptions(base="base:1" if on_base else None, open_base=opened, strip=False)
    ground = replace(analysis.ground, runtime=runtime, options=options)
    return ground, recommend(ground)


@settings(max_examples=25, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(files, aliases, wanted, st.booleans())
def test_the_plan_its_dockerfile_and_why_agree_and_lack_nothing(
    paths: list[tuple[str, int]],
    names: list[tuple[str, int, int, str]],
    chosen: list[tuple[int, Role, bool]],
    on_base: bool,
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        analysis = image(Path(directory), paths, names)
        ground, plan = planned(analysis, chosen, on_base)
        assert plan.dockerfile
        fat = system_of(ground.filesystem)
        lean = built(plan.dockerfile, fat, BASE if on_base else {})
        assert not [problem for problem in plan.risks if problem.code == "leads-elsewhere"]
        check_asked(ground, fat, lean)
        check_links(fat, lean)
        check_tree(plan, lean)
        check_why(ground, plan, fat, lean)


def check_asked(ground: Ground, fat: System, lean: System) -> None:
    """Every path that is asked for leads to what it leads to in the image; links on the way may be left out where a copy takes
    the name of the first."""
    for need in ground.runtime.needs:
        for asked in need.asked if need.role != Role.LINK else ():
            assert found_at(lean, asked) == found_at(fat, asked), asked


def check_links(fat: System, lean: System) -> None:
    """Every link that crosses leads somewhere, if it does in the image."""
    for path, node in lean.items():
        if isinstance(node, bytes) and fat.get(path) == node and found_at(fat, path) != ABSENT:
            assert found_at(lean, path) != ABSENT, path


def check_tree(plan: Recommendation, lean: System) -> None:
    """The plan's own tree is what the Dockerfile builds."""
    assert plan.tree is not None
    for path, entry in plan.tree.entries.items():
        assert path in lean, path
        if entry >= 0 and plan.tree.filesystem.kinds[entry] in FILES:
            assert lean[path] == plan.tree.filesystem.holder(entry), path
    brought = {path for path in lean if path not in BASE or lean[path] != BASE[path]}
    assert brought <= plan.tree.entries.keys() | {b"planned"}


def check_why(ground: Ground, plan: Recommendation, fat: System, lean: System) -> None:
    """`why` calls kept what leads to the same content in the new image, and nothing that is not there under any name."""
    for path, node in fat.items():
        content = found_at(fat, path)
        if node is None or not isinstance(content, int) or content == ABSENT:
            continue
        kept = explain(absolute(path), ground, plan).verdict == Verdict.KEPT
        same = found_at(lean, path) == content
        elsewhere = isinstance(node, int) and content in lean.values()
        assert kept if same else not kept or elsewhere, path
