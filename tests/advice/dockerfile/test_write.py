"""The Dockerfile of a plan: its head, its stages, and the name that the image is copied by."""

import pytest

from layerscope.advice.delivery.model import Copy
from layerscope.advice.dockerfile.config import Carried
from layerscope.advice.dockerfile.write import FIRST_LINE, image_name, last_stages, whole_file
from layerscope.advice.model import Boundary
from layerscope.advice.plan.base import Candidate
from layerscope.advice.plan.plan import Plan
from layerscope.advice.remarks import Code
from layerscope.core import units
from layerscope.sources.image import Config, Image, Platform
from tests.support.analyses import go_image

GROUND = go_image().ground
COPY = Copy(b"/app/server", b"/app/server", 7_400_000, "the program, started by CMD")
CARRIED = Carried(before=["ENV LD_LIBRARY_PATH=/opt/lib", "ENV A=1"], after=['CMD ["/app/server"]'])


def plan(*copies: Copy, prepared: tuple[str, ...] = (), reference: str = "scratch", size: int | None = 0) -> Plan:
    base = Candidate(reference=reference, size=size, why="an empty image")
    return Plan(base=base, copies=copies, kept=frozenset(), prepared=prepared)


def test_a_stage_says_beside_each_line_why_it_is_there() -> None:
    assert last_stages(GROUND, plan(COPY), CARRIED, "app:fat", frozenset()).text == (
        "# an empty image\n"
        "FROM scratch\n"
        "\n"
        "# Environment of the image, without what only its builder reads\n"
        "ENV A=1\n"
        "\n"
        "# Where the loader finds the copied libraries: no ld.so.cache comes along\n"
        "ENV LD_LIBRARY_PATH=/opt/lib\n"
        "\n"
        "# the program, started by CMD (7.4 MB)\n"
        "COPY --from=app:fat /app/server /app/server\n"
        "\n"
        "# Configuration of the image\n"
        'CMD ["/app/server"]\n'
    )


def test_a_reason_stands_once_in_front_of_all_that_it_explains() -> None:
    other = Copy(b"/app/data", b"/app/data", 600_000, COPY.because, "1000:1000")
    text = last_stages(GROUND, plan(COPY, other), Carried(), "x", frozenset()).text
    assert text.count("# the program, started by CMD (8 MB)\n") == 1
    assert text.endswith("COPY --from=x --chown=1000:1000 /app/data /app/data\n")


def test_what_a_dockerfile_cannot_hold_is_a_problem_and_no_line() -> None:
    found = last_stages(GROUND, plan(Copy(b"/a\nb", b"/a\nb", 1, "needed")), Carried(), "x", frozenset())
    assert "COPY" not in found.text
    assert [problem.code for problem in found.problems] == [Code.NOT_COPIED]


def test_what_is_prepared_first_is_copied_out_of_its_own_stage() -> None:
    text = last_stages(GROUND, plan(COPY, prepared=("RUN rm -rf /x",)), Carried(), "app:fat", frozenset(("prepared",))).text
    assert text.startswith("FROM app:fat AS prepared2\nUSER 0\nRUN rm -rf /x\n\n# an empty image\n")
    assert "COPY --from=prepared2 /app/server" in text


def test_a_base_that_is_called_like_a_stage_is_the_image() -> None:
    assert "FROM alpine:latest\n" in last_stages(GROUND, plan(reference="alpine"), Carried(), "x", frozenset(("alpine",))).text


def test_the_head_says_sizes_and_boundary_and_never_begins_with_a_directive() -> None:
    text = whole_file(GROUND, plan(COPY), Carried(), Boundary(4, "RUN go build")).text
    first, second, *_ = text.splitlines()
    assert first == FIRST_LINE
    assert second == f"# go-app:single: about 7.4 MB instead of {units.size(GROUND.stored)}."
    assert "# The boundary is `RUN go build`: it is the last instruction that only builds.\n" in text
    assert "What RUN starts" not in text
    assert "# What RUN starts is the image's own." in whole_file(GROUND, plan(prepared=("RUN x",)), Carried(), None).text


def test_a_base_of_unknown_size_makes_the_size_a_lower_bound() -> None:
    assert ": at least 7.4 MB instead of " in whole_file(GROUND, plan(COPY, size=None), Carried(), None).text


@pytest.mark.parametrize(
    ("reference", "source", "tags", "name"),
    [
        ("docker-daemon:app:fat", "docker-daemon", (), "app:fat"),
        ("app", "docker-daemon", ("app:latest",), "app:latest"),
        ("docker://registry.example/app", "docker", (), "registry.example/app"),
        ("image.tar", "docker-archive", ("app:1", "app:2"), "app:1"),
        ("app:2", "docker-archive", ("app:1", "app:2"), "app:2"),
        ("oci:/tmp/layout", "oci", ("latest",), ""),
        ("image.tar", "docker-archive", ("scratch:latest", "a b"), ""),
    ],
)
def test_the_name_is_one_that_an_engine_knows_and_no_stage_has(
    reference: str, source: str, tags: tuple[str, ...], name: str
) -> None:
    config = Config(platform=Platform("linux", "amd64"))
    assert image_name(Image(reference=reference, source=source, config=config, layers=(), repository_tags=tags)) == name
