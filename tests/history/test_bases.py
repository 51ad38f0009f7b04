"""An image's base is recognised by labels, builders and fingerprints; where nothing says it, nothing is claimed."""

import pytest

from layerscope.history.history import read_history
from layerscope.sources.image import Config, Platform
from tests.support.histories import DIGEST, config, lines

# The endings of the public images, as docker-library's own listings of them have them.
DEBIAN = ["# debian.sh --arch 'amd64' out/ 'bookworm' '@1789689600'"]
ALPINE = ["ADD alpine-minirootfs-3.24.1-x86_64.tar.gz / # buildkit", '-CMD ["/bin/sh"]']
PACKS = ["RUN /bin/sh -c apt-get install -y imagemagick libreadline-dev # buildkit"]
GO = [
    "-ENV GOLANG_VERSION=1.26.8",
    "-ENV GOPATH=/go",
    "COPY /target/ / # buildkit",
    "RUN /bin/sh -c mkdir # buildkit",
    "WORKDIR /go",
]
PYTHON = ["-ENV PYTHON_VERSION=3.12.13", "RUN /bin/sh -c apt-get install libreadline-dev # buildkit", '-CMD ["python3"]']
NODE = [
    "RUN /bin/sh -c useradd node # buildkit",
    "-ENV NODE_VERSION=22.23.2",
    "RUN /bin/sh -c ARCH= && curl # buildkit",
    "COPY docker-entrypoint.sh /usr/local/bin/ # buildkit",
    '-ENTRYPOINT ["docker-entrypoint.sh"]',
    '-CMD ["node"]',
]
TEMURIN = [
    "-ENV JAVA_HOME=/opt/java/openjdk",
    "-ENV JAVA_VERSION=jdk-21.0.12+8",
    "RUN /bin/sh -c BINARY_URL=OpenJDK21U-jre_x64_linux # buildkit",
    '-ENTRYPOINT ["/__cacert_entrypoint.sh"]',
]
NGINX = [
    "-ENV NGINX_VERSION=1.29.0",
    "RUN /bin/sh -c addgroup -g 101 -S nginx # buildkit",
    "-EXPOSE map[80/tcp:{}]",
    '-CMD ["nginx" "-g" "daemon off;"]',
    "-ENV NJS_VERSION=0.9.0",
    "-ENV NJS_RELEASE=1",
    "RUN /bin/sh -c apk add nginx-module-njs # buildkit",
]
SET = ("GOLANG_VERSION=1", "PYTHON_VERSION=1", "NODE_VERSION=1", "JAVA_VERSION=1", "NGINX_VERSION=1")


@pytest.mark.parametrize(
    ("base", "user", "reference"),
    [
        ([*DEBIAN, *PACKS, *GO], ["WORKDIR /app", "COPY . . # buildkit", '-CMD ["/app/server"]'], "golang:1.26.8"),
        ([*ALPINE, "RUN /bin/sh -c apk add ca-certificates # buildkit", *GO], ["WORKDIR /src"], "golang:1.26.8-alpine"),
        ([*DEBIAN, *PACKS, *PYTHON], ["COPY . . # buildkit", '-CMD ["python3" "app.py"]'], "python:3.12.13"),
        ([*DEBIAN, *PYTHON], ["COPY . . # buildkit"], "python:3.12.13-slim"),
        ([*DEBIAN, *NODE], ["COPY . . # buildkit", '-CMD ["node" "x.js"]'], "node:22.23.2-slim"),
        ([*DEBIAN, *TEMURIN], ["COPY app.jar / # buildkit", '-ENTRYPOINT ["java"]'], "eclipse-temurin:21-jre"),
        ([*ALPINE, *NGINX], ["COPY dist /html # buildkit", '-CMD ["nginx" "-g" "daemon off;"]'], "nginx:1.29.0-alpine"),
        ([*DEBIAN, *PACKS, *GO], [], "golang:1.26.8"),
        (DEBIAN, ["RUN /bin/sh -c apt-get update # buildkit", '-CMD ["/x"]'], "debian:bookworm"),
        (ALPINE, ["COPY x / # buildkit", '-CMD ["/x"]'], "alpine:3.24.1"),
        ([*DEBIAN, *PYTHON], ["-ENV NODE_VERSION=18", "RUN /bin/sh -c install node # buildkit"], "python:3.12.13-slim"),
    ],
)
def test_well_known_bases_are_told_by_their_history(base: list[str], user: list[str], reference: str) -> None:
    entries = lines(*base, *user)
    layers = [not entry["empty_layer"] for entry in entries]
    history = read_history(config(entries, env=SET), sum(layers))
    assert history.base_reference == reference
    assert history.base_instructions == len(base)
    assert history.base_layers == sum(layers[: len(base)])
    assert history.base_known


class TestBase:
    """Where the base's name is written down, that is its name; where nothing tells it, nothing is claimed."""

    ENTRIES = lines(f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ", '-/bin/sh -c #(nop)  CMD ["sh"]', "/bin/sh -c make")
    NAME = "org.opencontainers.image.base.name"

    def test_by_label(self) -> None:
        history = read_history(config(self.ENTRIES, labels={self.NAME: "corp/base:7"}), 2)
        assert (history.base_reference, history.base_layers) == ("corp/base:7", 1)
        assert history.base_known.startswith(f"label {self.NAME}")

    def test_by_the_manifest_s_annotation_before_the_label(self) -> None:
        history = read_history(config(self.ENTRIES, labels={self.NAME: "corp/base:7"}), 2, {self.NAME: "corp/base:8"})
        assert history.base_reference == "corp/base:8"

    def test_a_root_filesystem_without_a_name(self) -> None:
        history = read_history(config(self.ENTRIES), 2)
        assert (history.base_reference, history.base_layers, history.base_instructions) == ("", 1, 2)
        assert history.base_known == "the history begins with a root filesystem"

    def test_ubuntu_labels_itself(self) -> None:
        names = {"org.opencontainers.image.ref.name": "ubuntu", "org.opencontainers.image.version": "24.04"}
        entries = lines(
            *(f"-/bin/sh -c #(nop)  LABEL {key}={value}" for key, value in names.items()),
            f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ",
            '-/bin/sh -c #(nop)  CMD ["/bin/bash"]',
            "/bin/sh -c make",
        )
        history = read_history(config(entries, labels=names), 2)
        assert (history.base_reference, history.base_layers, history.base_instructions) == ("ubuntu:24.04", 1, 4)

    def test_a_command_that_a_later_one_replaces_ends_another_dockerfile(self) -> None:
        entries = lines(
            *(entry["created_by"] for entry in self.ENTRIES[:1]), "RUN x", '-CMD ["base"]', "COPY . .", '-CMD ["app"]'
        )
        history = read_history(config(entries), 3)
        assert (history.base_reference, history.base_layers) == ("", 2)
        assert history.base_known == "a CMD that a later one replaces"

    def test_from_scratch_has_no_base(self) -> None:
        history = read_history(config(lines("COPY /app/server /server # buildkit", '-ENTRYPOINT ["/server"]')), 1)
        assert (history.base_known, history.base_layers, history.base_instructions) == ("", 0, 0)

    def test_without_a_history_the_variables_name_it_but_not_its_layers(self) -> None:
        history = read_history(config([], env=("GOLANG_VERSION=1.22", "GOPATH=/go")), 6)
        assert (history.base_reference, history.base_layers) == ("golang:1.22", 0)
        assert history.base_known == "ENV GOLANG_VERSION; the image records no history"
        assert read_history(config([], env=("GOLANG_VERSION=1.22",)), 6).base_reference == ""

    def test_where_history_and_layers_disagree_the_base_s_layers_are_not_told(self) -> None:
        history = read_history(config(lines(*DEBIAN, *PACKS, *GO), env=SET), 9)
        assert (history.base_reference, history.base_layers) == ("golang:1.26.8", 0)


@pytest.mark.parametrize("name", ["x`y`", "a b", "evil@sha256:12", "${X}", "a\nb", "../x"])
def test_a_label_that_is_no_name_of_an_image_names_no_base(name: str) -> None:
    labels = {"org.opencontainers.image.base.name": name}
    found = read_history(Config(platform=Platform("linux", "amd64"), labels=labels), 0)
    assert (found.base_reference, found.base_known) == ("", "")
