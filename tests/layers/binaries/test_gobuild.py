"""How a Go program was built is told without the values that were set when it was linked."""

import pytest

from layerscope.layers.binaries.gobuild import GoModule, go_build, without_values
from tests.support.programs import build_information


@pytest.mark.parametrize(
    ("flags", "shown"),
    [
        ("-s -w", "-s -w"),
        ("-s -w -X main.token=hunter2", "-s -w -X main.token=…"),
        ("-X main.token=hunter2=more -w", "-X main.token=… -w"),
        ("-X=main.token=hunter2", "-X=main.token=…"),
        ("--X main.token=hunter2", "--X main.token=…"),
        ("-X 'main.token=hunter2 and more' -s", "-X main.token=… -s"),
        ('-X "main.token=hunter2 and more" -s', "-X main.token=… -s"),
        ("'-X=main.token=hunter2 x' -s", "-X=main.token=… -s"),
        ("'-X main.token=hunter2 -X main.other=hunter2'", "'-X main.token=…'"),
        ("all=-X main.token=hunter2", "all=-X main.token=…"),
        ("-X main.token='hunter2 hunter2' -s", "-X main.token=… … -s"),
        ("-X 'main.token=hunter2 hunter2", "-X main.token=…"),
        ("-linkmode external -extldflags '-static -lm'", "-linkmode external -extldflags '-static -lm'"),
        ("-X main.token", "-X main.token=…"),
        ("", ""),
    ],
)
def test_values_of_variables_set_at_link_time_are_never_kept(flags: str, shown: str) -> None:
    assert without_values(flags) == shown


def test_settings_hold_names_without_values_whatever_their_quotes() -> None:
    lines = (
        "path\ta\n"
        'build\t-ldflags="-X \\"main.a=hunter2 \\\\u00e9\\" -w"\n'
        "build\t-ldflags=`-X main.b=hunter2`\n"
        'build\tCGO_CFLAGS="-O2 -DTOKEN=hunter2 -DKEY=\\"hunter2\\" -g"\n'
        'build\t"odd name"=x\n'
    )
    build = go_build(build_information(lines=lines), 0, lambda address: address)
    assert build is not None
    assert build.settings == (
        ("-ldflags", "-X main.a=… -w"),
        ("-ldflags", "-X main.b=…"),
        ("CGO_CFLAGS", "-O2 -DTOKEN=… -DKEY=… -g"),
        ("odd name", "x"),
    )


def test_modules_have_what_replaced_them() -> None:
    lines = "path\ta/cmd\nmod\ta\t(devel)\ndep\tb\tv1\th1:x=\n=>\tc\tv2\th1:y=\ndep\td\tv3\n=>\t../d\t\n"
    build = go_build(build_information(lines=lines), None, lambda address: address)
    assert build is not None
    assert (build.path, build.main) == ("a/cmd", GoModule("a", "(devel)"))
    assert build.dependencies == (GoModule("b", "v1", "c v2"), GoModule("d", "v3", "../d"))


def test_what_is_no_build_information_is_none() -> None:
    assert go_build(b"", None, lambda address: address) is None
    assert go_build(build_information(lines="path\ta\n")[:20], 0, lambda address: address) is None
