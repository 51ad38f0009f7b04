"""Names of images in registries, read as engines read them."""

import pytest

from layerscope.core.errors import UsageError
from layerscope.sources.registry.names import ImageName, parse_name

DIGEST = "sha256:" + "0" * 64


class TestNames:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("alpine", ImageName("docker.io", "library/alpine", "latest", "")),
            ("alpine:3.19", ImageName("docker.io", "library/alpine", "3.19", "")),
            ("org/app", ImageName("docker.io", "org/app", "latest", "")),
            ("index.docker.io/org/app:1", ImageName("docker.io", "org/app", "1", "")),
            ("ghcr.io/org/group/app:1", ImageName("ghcr.io", "org/group/app", "1", "")),
            ("localhost/app", ImageName("localhost", "app", "latest", "")),
            ("127.0.0.1:5000/app:1", ImageName("127.0.0.1:5000", "app", "1", "")),
            ("[::1]:5000/app", ImageName("[::1]:5000", "app", "latest", "")),
            (f"ghcr.io/app@{DIGEST}", ImageName("ghcr.io", "app", "latest", DIGEST)),
            (f"ghcr.io/app:1@{DIGEST}", ImageName("ghcr.io", "app", "1", DIGEST)),
        ],
    )
    def test_a_name_is_read_as_engines_read_it(self, text: str, name: ImageName) -> None:
        assert parse_name(text) == name
        assert parse_name(str(name)) == name or name.digest

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "Alpine",
            "a//b",
            "ghcr.io/",
            "ghcr.io/a/../b",
            "a b",
            "alpine:",
            "alpine:a/b",
            "alpine@sha256:12",
            "a.b:x/app",
            "a.b:0/app",
            "a.b:65536/app",
            "-a",
        ],
    )
    def test_what_no_registry_could_have_is_refused(self, text: str) -> None:
        with pytest.raises(UsageError, match="is not the name of an image in a registry"):
            parse_name(text)
