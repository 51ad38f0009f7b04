"""What a reader must know first, a line each, with what to try."""

from pathlib import Path

from msgspec.structs import replace

from layerscope.analysis import Analysis
from layerscope.comparison.compare import compare
from layerscope.sources.image import Platform
from tests.support.comparisons import compared, demo, demo_pair, images

FAT, LEAN = [[("a", b"12345")]], [[("a", b"1")]]


def test_an_ordinary_pair_has_none(tmp_path: Path) -> None:
    assert compared(tmp_path, FAT, LEAN).notices == ()


def test_the_wrong_order(tmp_path: Path) -> None:
    (notice,) = compared(tmp_path, LEAN, FAT).notices
    assert notice == "the first image is the smaller one: give the fat image first, then the lean one"


def test_the_same_image_twice_under_whatever_names(tmp_path: Path) -> None:
    (notice,) = compared(tmp_path, FAT, FAT).notices
    assert notice == "both references name the same image: give two different ones"


def test_other_platforms(tmp_path: Path) -> None:
    fat, lean = images(tmp_path, FAT, LEAN)
    arm = replace(lean.image, config=replace(lean.image.config, platform=Platform("linux", "arm64", "v8\x1b")))
    (notice,) = compare(fat, replace(lean, image=arm)).notices
    assert notice == ("the images are for different platforms, linux/amd64 and linux/arm64/v8\\x1b: choose one with --platform")


def test_parts_that_could_not_be_read(tmp_path: Path) -> None:
    def broken(analysis: Analysis, *problems: str) -> Analysis:
        return replace(analysis, problems=problems)

    fat, lean = images(tmp_path, FAT, LEAN)
    assert compare(broken(fat, "layer 0: cut off"), broken(lean, "one", "two")).notices == (
        "a part of the first image could not be read: its numbers are too small",
        "2 parts of the second image could not be read: its numbers are too small",
    )


def test_the_demo_says_what_it_cannot_know() -> None:
    assert demo_pair().notices == ("the demo has no real file contents: files of equal size are taken to be the same",)
    assert len(compare(demo("lean"), demo("fat")).notices) == 2
