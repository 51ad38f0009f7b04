"""What crosses for a need: the content where it lives, and the links that lead to it as links."""

from layerscope.advice.delivery.files import File, files_of, linked, reason
from layerscope.core.vocabulary import Role
from layerscope.needs.model import Because, Need
from tests.support.archives import link
from tests.support.layers import stacked
from tests.support.programs import layer

BECAUSE = (Because("NEEDED by", b"app/server"), Because("CMD"))
IMAGE = stacked(
    layer(
        [
            link("lib", "usr/lib"),
            ("usr/lib/x86_64-linux-gnu/libz.so.1.3", b"12345"),
            link("usr/lib/x86_64-linux-gnu/libz.so.1", "libz.so.1.3"),
            ("srv/app/releases/42/app.py", b"1"),
            link("srv/app/current", "releases/42"),
            ("usr/local/lib/node_modules/serve/main.js", b"#!"),
            link("usr/local/bin/serve", "../lib/node_modules/serve/main.js"),
            ("opt/empty", None),
            link("srv/app/releases/42/state", "/run/app/state"),
        ]
    )
)


def need(path: bytes, role: Role, *asked: bytes) -> Need:
    return Need(path=path, entry=IMAGE.visible[path], role=role, because=BECAUSE, asked=asked)


def crossing(*needs: Need, with_links: bool = True) -> list[tuple[bytes, bytes]]:
    return [(file.source, file.target) for file in files_of(IMAGE, needs, with_links)]


LIBRARY = b"usr/lib/x86_64-linux-gnu/libz.so.1.3"
SONAME = b"usr/lib/x86_64-linux-gnu/libz.so.1"


def test_a_library_that_is_asked_for_by_its_soname_alone_is_copied_to_that_name() -> None:
    (file,) = files_of(IMAGE, [need(LIBRARY, Role.LIBRARY, SONAME)])
    assert (file.source, file.target, file.stays) == (LIBRARY, SONAME, False)
    assert [part.target for part in linked(IMAGE, file)] == [LIBRARY, SONAME]


def test_one_that_is_asked_for_by_several_names_crosses_once_with_the_links_that_are_these_names() -> None:
    other = b"lib/x86_64-linux-gnu/libz.so.1"
    assert crossing(need(LIBRARY, Role.LIBRARY, SONAME, other)) == [
        (LIBRARY, LIBRARY),
        (SONAME, SONAME),
        (b"lib", b"lib"),
    ]


def test_a_launcher_stays_where_it_looks_for_its_own_files() -> None:
    main = b"usr/local/lib/node_modules/serve/main.js"
    assert crossing(need(main, Role.PROGRAM, b"usr/local/bin/serve")) == [
        (main, main),
        (b"usr/local/bin/serve", b"usr/local/bin/serve"),
    ]


def test_a_link_to_a_directory_on_the_way_crosses_as_a_link() -> None:
    app = b"srv/app/releases/42/app.py"
    found = crossing(need(app, Role.DATA, b"srv/app/current/app.py"))
    assert found == [(app, app), (b"srv/app/current", b"srv/app/current")]


def test_a_link_to_what_is_made_at_run_time_is_not_copied_under_the_name_of_a_directory_that_leads_there() -> None:
    """A COPY would follow it, and find nothing."""
    state = b"srv/app/releases/42/state"
    assert crossing(need(state, Role.LINK, b"srv/app/current/state")) == [
        (state, state),
        (b"srv/app/current", b"srv/app/current"),
    ]


def test_where_nothing_can_make_links_each_name_is_a_copy_of_the_content() -> None:
    needs = (need(LIBRARY, Role.LIBRARY, SONAME, LIBRARY), need(SONAME, Role.LINK, SONAME))
    assert crossing(*needs, with_links=False) == [(LIBRARY, SONAME), (LIBRARY, LIBRARY)]


def test_directories_are_made_and_not_copied() -> None:
    assert crossing(need(b"opt/empty", Role.DATA)) == []


def test_a_reason_is_the_nearest_step_and_what_the_config_starts_is_said_to_be_started() -> None:
    assert reason(need(LIBRARY, Role.LIBRARY)) == "NEEDED by /app/server"
    start = Need(path=b"app/a", entry=0, role=Role.PROGRAM, because=(Because("CMD"),))
    assert reason(start) == "the program, started by CMD"
    check = Need(path=b"app/a", entry=0, role=Role.HEALTHCHECK, because=(Because("HEALTHCHECK"),))
    assert reason(check) == "a program, started by HEALTHCHECK"


def test_a_file_knows_whether_it_keeps_its_path() -> None:
    assert File(0, b"a", b"a", "").stays
    assert not File(0, b"a", b"b", "").stays
