"""Platforms are written as os/architecture[/variant]; a machine's own names for its processor are understood too."""

import pytest

from layerscope.core.errors import UsageError
from layerscope.sources.image import Platform
from layerscope.sources.platforms import fits, parse_platform, this_machine


@pytest.mark.parametrize(
    ("text", "platform"),
    [
        ("linux/amd64", Platform("linux", "amd64")),
        ("linux/arm/v7", Platform("linux", "arm", "v7")),
        ("arm64", Platform("linux", "arm64")),
        ("Linux/x86_64", Platform("linux", "amd64")),
        ("aarch64", Platform("linux", "arm64")),
    ],
)
def test_written_forms(text: str, platform: Platform) -> None:
    assert parse_platform(text) == platform


@pytest.mark.parametrize("text", ["", "linux/", "a/b/c/d", "/amd64"])
def test_other_forms_are_wrong_use(text: str) -> None:
    with pytest.raises(UsageError, match="is not a platform"):
        parse_platform(text)


def test_a_variant_that_is_not_written_is_the_usual_one() -> None:
    assert fits(Platform("linux", "arm64", "v8"), Platform("linux", "arm64"))
    assert fits(Platform("linux", "arm64"), Platform("linux", "arm64", "v8"))
    assert not fits(Platform("linux", "arm", "v6"), Platform("linux", "arm", "v7"))
    assert not fits(Platform("linux", "amd64"), Platform("windows", "amd64"))


def test_this_machine_runs_linux_images() -> None:
    assert this_machine().os == "linux"
    assert this_machine().architecture
