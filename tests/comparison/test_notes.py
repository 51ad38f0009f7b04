"""What is odd about a pair, and what a change of base brings besides bytes; nothing that is not certain."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.comparison.compare import compare
from layerscope.comparison.model import Comparison
from layerscope.sources.image import Platform
from tests.support.archives import link
from tests.support.attributions import apk_database, dpkg_database
from tests.support.comparisons import Layers, compared, demo, demo_pair, images
from tests.support.programs import Row, elf, go_program

GLIBC_LOADER, MUSL_LOADER = "lib64/ld-linux-x86-64.so.2", "lib/ld-musl-x86_64.so.1"


def debian(version: str = "2.36-9+deb12u14") -> list[Row]:
    path = "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"
    return [
        *dpkg_database({"libc6": (version, [f"/{path}"])}),
        (path, b"\x7fELF glibc"),
        link(GLIBC_LOADER, f"/{path}"),
    ]


def alpine() -> list[Row]:
    database = apk_database({"musl": ("1.2.4_git20230717-r4", [f"/{MUSL_LOADER}"])})
    return [("lib/apk/db/installed", database), (MUSL_LOADER, b"\x7fELF musl")]


def notes(comparison: Comparison) -> dict[str, str]:
    return {note.title: note.text for note in comparison.notes}


class TestLibc:
    def test_glibc_to_musl_is_called_out(self, tmp_path: Path) -> None:
        assert notes(compared(tmp_path, [debian()], [alpine()])) == {
            "libc": "glibc 2.36 in fat, musl 1.2.4 in lean: what is linked with the one does not start with the other"
        }

    def test_a_static_program_does_not_mind(self) -> None:
        assert notes(demo_pair())["libc"].endswith("; /app/server is linked statically, and needs none")

    def test_the_same_libc_in_another_version(self, tmp_path: Path) -> None:
        told = notes(compared(tmp_path, [debian()], [debian("2.31-13+deb11u5")]))
        assert told == {"libc": "glibc 2.36 in fat, glibc 2.31 in lean"}

    def test_an_older_one_that_lacks_what_the_program_asks_for(self, tmp_path: Path) -> None:
        program = elf(interpreter=f"/{GLIBC_LOADER}", needed=["libc.so.6"], versions={"libc.so.6": ["GLIBC_2.34"]})
        layers = [[*debian(), ("app/server", program)]]
        old: Layers = [[*debian("2.31-13"), ("app/server", program)]]
        told = notes(compared(tmp_path, layers, old, Cmd=["/app/server"]))
        assert told["libc"].startswith(
            "glibc 2.36 in fat, glibc 2.31 in lean: the program of fat asks for GLIBC_2.34, which lean does not have"
        )

    def test_none_at_all(self, tmp_path: Path) -> None:
        told = notes(compared(tmp_path, [debian()], [[("server", go_program())]], Cmd=["/server"]))
        assert told["libc"] == "glibc 2.36 in fat, none in lean: only programs that are linked statically start there"

    def test_a_loader_that_no_package_owns_has_no_version(self, tmp_path: Path) -> None:
        told = notes(compared(tmp_path, [[(MUSL_LOADER, b"\x7fELF")]], [debian()]))
        assert told["libc"].startswith("musl in fat, glibc 2.36 in lean: ")

    def test_the_same_on_both_sides_is_no_news(self, tmp_path: Path) -> None:
        assert not notes(compared(tmp_path, [debian()], [[*debian(), ("x", b"1")]]))


class TestLibraries:
    @pytest.mark.parametrize(
        ("fat", "lean", "told"),
        [
            (["libssl.so.1.1"], ["libssl.so.3"], "libssl.so.1.1 → libssl.so.3"),
            (["libffi.so.7.1.0", "libffi.so.7"], ["libffi.so.8.1.2"], "libffi.so.7 → libffi.so.8.1.2"),
            (["libz.so.1.2.11"], ["libz.so.1.3"], ""),
            (["libssl.so.1.1", "libssl.so.3"], ["libssl.so.3"], ""),
            (["libssl.so.1.1"], [], ""),
            (["libpython3.11.so.1.0"], ["libpython3.12.so.1.0"], ""),
        ],
    )
    def test_only_a_library_that_both_have_with_no_major_in_common(
        self, fat: list[str], lean: list[str], told: str, tmp_path: Path
    ) -> None:
        layers: list[Layers] = [[[(f"usr/lib/{name}", b"1") for name in names] or [("x", b"")]] for names in (fat, lean)]
        text = notes(compared(tmp_path, *layers)).get("library ABI", "")
        assert text.split(":")[0] == told


class TestInterpreters:
    def test_another_version_is_said(self, tmp_path: Path) -> None:
        def python(version: str) -> list[Row]:
            return [
                (f"usr/local/bin/python{version}", elf()),
                link("usr/local/bin/python3", f"python{version}"),
                (f"usr/local/lib/python{version}/os.py", b"import sys"),
                ("app/main.py", b"import os"),
            ]

        command = ["/usr/local/bin/python3", "/app/main.py"]
        told = notes(compared(tmp_path, [python("3.11")], [python("3.12")], Cmd=command))
        assert told == {"Python": "3.11 in fat, 3.12 in lean"}

    def test_the_compiler_of_a_go_program(self, tmp_path: Path) -> None:
        layers: list[Layers] = [[[("server", go_program(version=version))]] for version in ("go1.21.6", "go1.22.10")]
        told = notes(compared(tmp_path, *layers, Cmd=["/server"]))
        assert told == {"Go": "the program was built with 1.21.6 in fat, with 1.22.10 in lean"}


ONE, OTHER = [[("a", b"12345")]], [[("a", b"1")]]


def test_an_ordinary_pair_has_none(tmp_path: Path) -> None:
    assert compared(tmp_path, ONE, OTHER).notices == ()


def test_the_wrong_order(tmp_path: Path) -> None:
    (notice,) = compared(tmp_path, OTHER, ONE).notices
    assert notice == "the first image is the smaller one: give the fat image first, then the lean one"


def test_the_same_image_twice_under_whatever_names(tmp_path: Path) -> None:
    (notice,) = compared(tmp_path, ONE, ONE).notices
    assert notice == "both references name the same image: give two different ones"


def test_other_platforms(tmp_path: Path) -> None:
    fat, lean = images(tmp_path, ONE, OTHER)
    arm = replace(lean.image, config=replace(lean.image.config, platform=Platform("linux", "arm64", "v8\x1b")))
    (notice,) = compare(fat, replace(lean, image=arm)).notices
    assert notice == ("the images are for different platforms, linux/amd64 and linux/arm64/v8\\x1b: choose one with --platform")


def test_parts_that_could_not_be_read(tmp_path: Path) -> None:
    def broken(analysis: Analysis, *problems: str) -> Analysis:
        return replace(analysis, problems=problems)

    fat, lean = images(tmp_path, ONE, OTHER)
    assert compare(broken(fat, "layer 0: cut off"), broken(lean, "one", "two")).notices == (
        "a part of the first image could not be read: its numbers are too small",
        "2 parts of the second image could not be read: its numbers are too small",
    )


def test_the_demo_says_what_it_cannot_know() -> None:
    assert demo_pair().notices == ("the demo has no real file contents: files of equal size are taken to be the same",)
    assert len(compare(demo("lean"), demo("fat")).notices) == 2
