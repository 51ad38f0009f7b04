"""History lines become Dockerfile instructions, and find their layers only where that is certain."""

from typing import Any

import pytest

from layerscope.history.history import History, read_history
from layerscope.history.instructions import read_instruction
from layerscope.sources.image import Config, HistoryEntry, Platform

DIGEST = "c58af6cf7aea93be4a67804f425a17d245a0c276d654f1fee12d3071259c849b"


@pytest.mark.parametrize(
    ("line", "text", "builder"),
    [
        # the classic builder
        (f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ", "ADD file:c58af6… /", "classic"),
        ('/bin/sh -c #(nop)  CMD ["/bin/sh"]', 'CMD ["/bin/sh"]', "classic"),
        ("/bin/sh -c #(nop)  ENV A=1 B=two words", "ENV A=1 B=two words", "classic"),
        ("|1 FOO=baz /bin/sh -c echo hi > /hi", "RUN echo hi > /hi", "classic"),
        (f"/bin/sh -c #(nop) COPY multi:{DIGEST} in /multi/ ", "COPY (several files) /multi/", "classic"),
        (
            f"/bin/sh -c #(nop) COPY --chown=99:99file:{DIGEST} in /owned.txt",
            "COPY --chown=99:99 file:c58af6… /owned.txt",
            "classic",
        ),
        (f"/bin/sh -c #(nop) COPY dir:{DIGEST} in /app", "COPY dir:c58af6… /app", "classic"),
        ("/bin/sh -c #(nop) WORKDIR /work/sub", "WORKDIR /work/sub", "classic"),
        ("/bin/sh -c #(nop)  EXPOSE 443/tcp 80", "EXPOSE 443/tcp 80", "classic"),
        ("/bin/sh -c #(nop)  VOLUME [/v1 /v2]", "VOLUME /v1 /v2", "classic"),
        (
            r"""/bin/sh -c #(nop)  HEALTHCHECK &{["CMD-SHELL" "/bin/true"] "5s" "0s" "0s" '\x03'}""",
            "HEALTHCHECK --interval=5s --retries=3 CMD /bin/true",
            "classic",
        ),
        ("/bin/sh -c #(nop)  ONBUILD RUN echo onbuild", "ONBUILD RUN echo onbuild", "classic"),
        ("/bin/sh -ec #(nop)  SHELL [/bin/sh -ec]", "SHELL [/bin/sh -ec]", "classic"),
        ("/bin/sh -ec echo hi", "RUN echo hi", "classic"),
        ("/bin/bash -o pipefail -c curl x | sh", "RUN curl x | sh", "classic"),
        ("/bin/sh -c true", "RUN true", "classic"),
        ("/bin/sh -c echo '#(nop)  CMD no'", "RUN echo '#(nop) CMD no'", "classic"),
        # BuildKit
        ("ADD rootfs.tar.gz / # buildkit", "ADD rootfs.tar.gz /", "buildkit"),
        (
            "RUN |2 FOO=baz NODEFAULT= /bin/sh -c rm -f /hi && mkdir -p /d # buildkit",
            "RUN rm -f /hi && mkdir -p /d",
            "buildkit",
        ),
        ("RUN /bin/sh -c adduser -D -u 1000 appuser # buildkit", "RUN adduser -D -u 1000 appuser", "buildkit"),
        ("COPY /app/server . # buildkit", "COPY /app/server .", "buildkit"),
        (
            "COPY --chmod=755 entrypoint.sh /entrypoint.sh # buildkit",
            "COPY --chmod=755 entrypoint.sh /entrypoint.sh",
            "buildkit",
        ),
        ("EXPOSE map[443/tcp:{} 80/tcp:{}]", "EXPOSE 443/tcp 80/tcp", ""),
        ("EXPOSE [8080/tcp]", "EXPOSE 8080/tcp", ""),
        (
            "HEALTHCHECK {Test:[CMD /usr/local/bin/dkim2d probe] Interval:10s Timeout:3s StartPeriod:0s"
            " StartInterval:0s Retries:3}",
            "HEALTHCHECK --interval=10s --timeout=3s --retries=3 CMD /usr/local/bin/dkim2d probe",
            "",
        ),
        (
            "# debian.sh --arch 'amd64' out/ 'bookworm' '@1749513600'",
            "Debian bookworm root filesystem (debian.sh)",
            "debuerreotype",
        ),
        ("RUN /bin/echo exec form # buildkit", "RUN /bin/echo exec form", "buildkit"),
        ("RUN /bin/sh -c echo one\necho two\n # buildkit", r"RUN echo one\necho two", "buildkit"),
        ("RUN /dev/pipes/EOF # buildkit", "RUN <<EOF (a script that the history does not record)", "buildkit"),
        # buildah
        ('|1 FOO=baz /bin/sh -c ["/bin/echo", "exec form"]', 'RUN ["/bin/echo", "exec form"]', "classic"),
        (r"""/bin/sh -c #(nop) CMD ["sh","-c","echo \"q\""]""", r"""CMD ["sh","-c","echo \\"q\\""]""", "classic"),
        # others
        ("ko build ko://github.com/kyverno/kyverno/cmd/kyverno", "ko build ko://github.com/kyverno/kyverno/cmd/kyverno", "ko"),
        ("apko", "apko", "apko"),
        ("bazel build ...", "bazel build ...", "bazel"),
        ("umoci repack", "umoci repack", "umoci"),
        (
            "Layer: 'jre', Created by buildpack: bellsoft/buildpacks/liberica@1.1.0",
            "Layer: 'jre', Created by buildpack: bellsoft/buildpacks/liberica@1.1.0",
            "buildpacks",
        ),
        ("cmd /S /C #(nop)  ENV DOTNET_RUNNING_IN_CONTAINER=true", "ENV DOTNET_RUNNING_IN_CONTAINER=true", "classic"),
        ("", "(no instruction recorded)", ""),
    ],
)
def test_a_line_reads_as_its_instruction(line: str, text: str, builder: str) -> None:
    reading = read_instruction(HistoryEntry(created_by=line))
    assert (reading.text, reading.builder) == (text, builder)
    first = text.partition(" ")[0]
    assert reading.keyword == (first if first.isupper() and first.isalpha() else "")


def test_kaniko_and_buildah_say_who_they_are_beside_the_line() -> None:
    assert read_instruction(HistoryEntry(created_by="COPY manager .", author="kaniko")).builder == "kaniko"
    assert read_instruction(HistoryEntry(created_by="/bin/sh -c x", comment="FROM 81da87ff9adb")).builder == "buildah"
    assert read_instruction(HistoryEntry(comment="Imported from -")).text == "(imported from -)"


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("RUN |1 A=two words /bin/sh -c make # buildkit", "RUN make"),
        ("RUN |2 A=b c=d B=/bin/sh /bin/sh -c make # buildkit", "RUN make"),
        ("RUN |0 /bin/sh -c make # buildkit", "RUN make"),
        ("RUN |1 A=b /bin/sh -c sh -c 'x' && /bin/sh -c y # buildkit", "RUN sh -c 'x' && /bin/sh -c y"),
        ("RUN |1 A=b /bin/bash -eo pipefail -c x | y # buildkit", "RUN x | y"),
        ("RUN |1 A=b make all # buildkit", "RUN make all"),
        ("RUN |9 A=b make # buildkit", "RUN A=b make"),
        ("RUN |x # buildkit", "RUN |x"),
    ],
)
def test_build_arguments_before_a_command_are_left_out(line: str, text: str) -> None:
    assert read_instruction(HistoryEntry(created_by=line)).text == text


def test_a_shell_of_the_image_s_own_is_left_out() -> None:
    entry = HistoryEntry(created_by="RUN /opt/weird --run make # buildkit")
    assert read_instruction(entry, [("/opt/weird", "--run")]).text == "RUN make"


def test_the_shell_instruction_counts_from_where_it_stands() -> None:
    lines = ["SHELL [/opt/weird --run]", "RUN /opt/weird --run make # buildkit"]
    history = read_history(config([{"created_by": line} for line in lines]), 2)
    assert history.instructions[1].text == "RUN make"


@pytest.mark.parametrize(
    "line",
    [
        "RUN " + "/" * 60_000,
        "RUN |1 " + "a=" * 30_000,
        "RUN /bin/sh -c x" + " " * 60_000 + "x",
        'HEALTHCHECK &{["' + '" "' * 20_000,
        "/bin/sh -c #(nop) COPY --" + "-" * 60_000,
        "x" * 10_000_000,
    ],
)
def test_a_hostile_line_takes_no_time(line: str) -> None:
    assert read_instruction(HistoryEntry(created_by=line)).text


def test_escapes_are_visible() -> None:
    assert read_instruction(HistoryEntry(created_by="LABEL x=\x1b[31m\u202e")).text == r"LABEL x=\x1b[31m\u{202e}"


def config(history: list[dict[str, Any]], **more: Any) -> Config:
    return Config(platform=Platform("linux", "amd64"), history=tuple(HistoryEntry(**entry) for entry in history), **more)


def lines(*created_by: str) -> list[dict[str, Any]]:
    """Entries of a classic history; what begins with ``-`` made no layer."""
    return [{"created_by": line.removeprefix("-"), "empty_layer": line.startswith("-")} for line in created_by]


def layers_of(history: History) -> list[int | None]:
    return [item.layer for item in history.instructions]


class TestLayers:
    """The n-th entry that is not empty made the n-th layer, if the numbers agree."""

    HISTORY = lines(f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ", '-/bin/sh -c #(nop)  CMD ["sh"]', "/bin/sh -c make")

    def test_where_the_numbers_agree(self) -> None:
        history = read_history(config(self.HISTORY), 2)
        assert (history.attributed, history.note) == (True, "")
        assert layers_of(history) == [0, None, 1]
        assert history.instructions[0].text == "ADD (base root filesystem) /"
        made = history.of_layer(1)
        assert made
        assert made.text == "RUN make"

    def test_buildkit_s_workdir_owns_a_layer(self) -> None:
        history = read_history(config([{"created_by": "WORKDIR /app", "comment": "buildkit.dockerfile.v0"}]), 1)
        assert (history.attributed, history.instructions[0].layer) == (True, 0)

    def test_where_they_disagree_no_layer_has_an_instruction(self) -> None:
        history = read_history(config(self.HISTORY), 3)
        assert not history.attributed
        assert layers_of(history) == [None, None, None]
        assert history.note == "the history accounts for 2 layers, the image has 3"
        assert history.of_layer(0) is None

    def test_no_history(self) -> None:
        history = read_history(config([]), 2)
        assert (history.attributed, history.instructions) == (False, ())
        assert history.note == "the image records no history for its 2 layers"

    def test_an_image_without_layers(self) -> None:
        assert read_history(config([]), 0).attributed

    def test_buildah_without_layers_stores_all_on_the_last_instruction(self) -> None:
        entries = lines(
            f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ",
            '-/bin/sh -c #(nop)  CMD ["sh"]',
            "-/bin/sh -c make",
            f"-/bin/sh -c #(nop) COPY file:{DIGEST} in /f ",
            '/bin/sh -c #(nop) CMD ["/f"]',
        )
        entries[-1]["comment"] = "FROM docker.io/library/alpine:3.19"
        history = read_history(config(entries), 2)
        assert not history.attributed
        assert layers_of(history) == [0, None, None, None, None]
        assert "it is recorded on CMD, which changes no file" in history.note
        assert [item.builder for item in history.instructions] == ["classic", "classic", "buildah", "buildah", "buildah"]
        assert (history.base_reference, history.base_layers) == ("docker.io/library/alpine:3.19", 1)
        assert history.base_instructions == 2

    def test_and_so_it_does_where_the_last_is_a_run(self) -> None:
        entries = lines("-/bin/sh -c make one", "/bin/sh -c make two")
        entries[-1]["comment"] = "FROM scratch"
        history = read_history(config(entries), 1)
        assert not history.attributed
        assert "buildah recorded it on the last, RUN" in history.note

    def test_buildah_with_layers(self) -> None:
        entries = lines(f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ", "/bin/sh -c make", '-/bin/sh -c #(nop) CMD ["/f"]')
        entries[1]["comment"], entries[2]["comment"] = "FROM quay.io/base:1", "FROM 131bb63f4e85"
        history = read_history(config(entries), 2)
        assert history.attributed
        assert (history.base_reference, history.base_layers, history.base_instructions) == ("quay.io/base:1", 1, 1)
        assert history.base_known == "the history's comment of buildah"

    def test_a_layer_on_an_instruction_that_changes_no_file(self) -> None:
        history = read_history(config(lines("/bin/sh -c make", "ENV A=1")), 2)
        assert not history.attributed
        assert layers_of(history) == [0, None]

    def test_docker_s_squash_empties_the_entries_and_names_what_it_merged(self) -> None:
        entries = lines(f"/bin/sh -c #(nop) ADD file:{DIGEST} in / ", "-/bin/sh -c make", "")
        entries[-1]["comment"] = f"merge sha256:{DIGEST} to sha256:{DIGEST}"
        history = read_history(config(entries), 2)
        assert history.instructions[2].text == "(squashed: everything up to image c58af6cf7aea in one layer)"
        assert history.note == "the layers up to image c58af6cf7aea were squashed into one"


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
