"""History lines become Dockerfile instructions."""

import pytest

from layerscope.history.instructions import read_instruction
from layerscope.sources.image import HistoryEntry
from tests.support.histories import DIGEST


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
