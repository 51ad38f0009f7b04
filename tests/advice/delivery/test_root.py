"""What no COPY can say, put together by the prepared stage: its commands, and the COPY that takes it over."""

import tarfile

from layerscope.advice.delivery.model import Directory, Root
from layerscope.advice.delivery.root import can_assemble, commands, parts, root_copy, roots, written
from tests.support.archives import link
from tests.support.layers import stacked
from tests.support.programs import Row, layer

TOOLS: list[Row] = [(f"bin/{name}", b"#!") for name in ("sh", "cp", "mkdir", "install")]
IMAGE = stacked(
    layer(
        [
            *TOOLS,
            link("lib", "usr/lib"),
            link("app/name", "real"),
            ("app/real", b"123"),
            ("opt/one", b"4567"),
            link("opt/two", "opt/one", tarfile.LNKTYPE),
            link("bin/app", "../app/real"),
        ]
    )
)
REASONS = dict.fromkeys(IMAGE.visible, "needed")
DATA = Directory(b"data", 0o1777, (0, 0), "a directory that the image has empty")
HOME = Directory(b"home/app", 0o700, (1000, 1000), "a directory that user 1000 writes to")


def test_it_takes_a_shell_and_its_tools() -> None:
    assert can_assemble(IMAGE)
    assert not can_assemble(stacked(layer(TOOLS[:-1])))


def test_links_are_copied_as_they_are_and_directories_made_with_modes_and_owners() -> None:
    (root,) = roots(IMAGE, [b"lib", b"app/name"], [DATA, HOME], on_scratch=True)
    assert root == Root(b"planned", (b"lib", b"app/name"), (DATA, HOME))
    title, *lines = commands([root])
    assert title.startswith("# What no COPY can say")
    assert lines == [
        "RUN mkdir -p /planned && cd / && cp -a --parents /lib /app/name /planned",
        "RUN install -d -m 1777 /planned/data",
        "RUN install -d -m 0700 -o 1000 -g 1000 /planned/home/app",
    ]
    copy = root_copy(IMAGE, REASONS, root)
    assert (copy.source, copy.target, copy.size) == (b"/planned/", b"/", 0)


def test_hard_linked_names_weigh_once() -> None:
    (root,) = roots(IMAGE, [b"opt/one", b"opt/two"], [], on_scratch=True)
    assert root_copy(IMAGE, REASONS, root).size == 4


def test_what_lies_in_a_directory_that_may_be_a_link_in_the_base_has_a_copy_of_its_own() -> None:
    """BuildKit puts no directory where the base has a link, but it follows a link in a target."""
    rest, programs = roots(IMAGE, [b"app/name", b"bin/app"], [], on_scratch=False)
    assert (rest.place, programs.place) == (b"planned", b"planned-bin")
    copy = root_copy(IMAGE, REASONS, programs)
    assert (copy.source, copy.target) == (b"/planned-bin/bin/", b"/bin/")


def test_the_directory_has_a_name_that_the_image_does_not_have() -> None:
    taken = stacked(layer([("planned/x", b"1"), link("a", "b")]))
    (root,) = roots(taken, [b"a"], [], on_scratch=True)
    assert root.place == b"planned2"


def test_nothing_is_said_about_nothing() -> None:
    assert list(commands([])) == []


def test_a_command_fits_into_an_argument_of_the_shell_and_its_lines_on_a_page() -> None:
    words = [f"/app/{number:090}" for number in range(3000)]
    several = list(parts(words))
    assert [word for part in several for word in part] == words
    assert all(len(written("RUN rm -rf", part).encode()) < 131_072 for part in several)
    assert max(map(len, written("RUN rm -rf", several[0]).split("\n"))) <= 120
