"""The plan for small images made by hand: base, copies, sizes, Dockerfile, and where honesty forbids a plan."""

from pathlib import Path

import pytest

from layerscope.advice.ground import RecommendOptions
from layerscope.advice.model import Recommendation
from layerscope.advice.remarks import Code
from layerscope.analysis import analyze
from layerscope.core.errors import UsageError
from layerscope.sources import open_image
from tests.support.archives import config_json, docker_archive, link
from tests.support.attributions import dpkg_database
from tests.support.programs import GLIBC_LOADER, MUSL_LOADER, Row, analysis_of, directory, elf, go_program, layer, program

LIBRARIES = "usr/lib/x86_64-linux-gnu"
TOOLCHAIN: Row = ("usr/local/go/pkg/tool/compile", bytes(2_000_000))
BUNDLE: Row = ("etc/ssl/certs/ca-certificates.crt", b"bundle")
TLS = "crypto/x509.loadSystemRoots"
DISTROLESS = "gcr.io/distroless/"


def plan(tmp_path: Path, rows: list[Row], options: RecommendOptions | None = None, **config: object) -> Recommendation:
    """The recommendation for an image with a Go toolchain in its first layer and ``rows`` in its second."""
    history = ["COPY go /usr/local/go", "RUN go build -o /app/server ."]
    config.setdefault("Cmd", ["/app/server"])
    return analysis_of(tmp_path, [[TOOLCHAIN], rows], history, options, **config).recommendation


def copied(found: Recommendation) -> dict[str, str]:
    return {copy.source.decode(): copy.target.decode() for copy in found.copies}


def test_a_static_go_program_starts_from_scratch(tmp_path: Path) -> None:
    server = go_program(TLS)
    found = plan(tmp_path, [("app/server", server), BUNDLE], WorkingDir="/app", ExposedPorts={"8080/tcp": {}})
    assert found.dockerfile == (
        "# Written by layerscope: an image without what only its build needs.\n"
        "# app:fat: about 721 B instead of 2 MB.\n"
        "# Files are copied out of the image as it is; it must be known to the engine that builds this.\n"
        "# The boundary is `RUN go build -o /app/server .`: it is the last instruction that only builds.\n"
        "# In your own Dockerfile, name its stage `AS builder`, add this stage behind it,\n"
        "# and write --from=builder (layerscope recommend -f Dockerfile does it).\n"
        "\n"
        "# an empty image: what runs brings everything it needs\n"
        "FROM scratch\n"
        "\n"
        "# the program, started by CMD (715 B)\n"
        "COPY --from=app:fat /app/server /app/server\n"
        "# certificate authorities: crypto/x509.loadSystemRoots is linked into /app/server (6 B)\n"
        "COPY --from=app:fat /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt\n"
        "\n"
        "# Configuration of the image\n"
        "WORKDIR /app\n"
        "EXPOSE 8080/tcp\n"
        'CMD ["/app/server"]\n'
    ).replace("715 B", f"{len(server)} B").replace("721 B", f"{len(server) + 6} B")
    assert found.base is not None
    assert (found.base.reference, found.base.size) == ("scratch", 0)
    assert found.predicted_size == len(server) + len(b"bundle")
    assert found.removed == 2_000_000
    assert found.risks == ()
    assert [item.base for item in found.alternatives] == [f"{DISTROLESS}static-debian13:nonroot", "alpine:3.23"]
    assert all(item.gains and item.loses for item in found.alternatives)


def test_the_boundary_is_the_last_instruction_that_only_builds(tmp_path: Path) -> None:
    found = plan(tmp_path, [("app/server", go_program())])
    assert found.boundary is not None
    assert (found.boundary.instruction_index, found.boundary.stage) == (1, "builder")
    assert found.boundary.instruction == "RUN go build -o /app/server ."


@pytest.mark.parametrize(
    ("needed", "base"),
    [
        (["libc.so.6"], "base-nossl-debian13"),
        (["libc.so.6", "libssl.so.3"], "base-debian13"),
        (["libc.so.6", "libstdc++.so.6"], "cc-debian13"),
    ],
)
def test_a_program_of_glibc_gets_the_least_of_distroless_that_has_its_libraries(
    tmp_path: Path, needed: list[str], base: str
) -> None:
    rows: list[Row] = [
        (
            "app/server",
            go_program(interpreter=GLIBC_LOADER, needed=[*needed, "libown.so.1"], versions={"libc.so.6": ["GLIBC_2.34"]}),
        ),
        ("lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
        link(f"{LIBRARIES}/libown.so.1", "libown.so.1.2"),
        (f"{LIBRARIES}/libown.so.1.2", elf(soname="libown.so.1")),
        *((f"{LIBRARIES}/{name}", elf(soname=name)) for name in needed),
    ]
    found = plan(tmp_path, rows)
    assert found.base is not None
    assert found.base.reference == DISTROLESS + base
    assert copied(found) == {
        "/app/server": "/app/server",
        f"/{LIBRARIES}/libown.so.1.2": f"/{LIBRARIES}/libown.so.1",
    }
    assert any("dlopen" in risk.text for risk in found.risks)
    assert "scratch" in [item.base for item in found.alternatives]


def test_a_glibc_newer_than_any_base_brings_its_own_libraries(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("app/server", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"], versions={"libc.so.6": ["GLIBC_2.99"]})),
        link("lib64", "usr/lib64"),
        ("usr/lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
        ("usr/lib64/libc.so.6", elf(soname="libc.so.6")),
    ]
    found = plan(tmp_path, rows)
    assert found.base is not None
    assert found.base.reference == "scratch"
    assert copied(found)["/usr/lib64/ld-linux-x86-64.so.2"] == "/lib64/ld-linux-x86-64.so.2"
    assert "/usr/lib64/libc.so.6" in copied(found)


def test_a_library_outside_the_default_directories_is_found_again(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("app/server", elf(interpreter=GLIBC_LOADER, needed=["libown.so"])),
        ("lib64/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2")),
        ("etc/ld.so.conf", b"/usr/local/lib\n"),
        ("usr/local/lib/libown.so", elf(soname="libown.so")),
    ]
    assert "ENV LD_LIBRARY_PATH=/usr/local/lib" in plan(tmp_path, rows).config


def alpine_rows() -> list[Row]:
    return [
        ("etc/os-release", b"ID=alpine\nVERSION_ID=3.19.4\n"),
        ("etc/alpine-release", b"3.19.4\n"),
        ("lib/ld-musl-x86_64.so.1", elf(soname="libc.musl-x86_64.so.1")),
    ]


def test_a_program_of_musl_stays_on_the_alpine_that_it_was_built_on(tmp_path: Path) -> None:
    base = alpine_rows()
    server = elf(interpreter=MUSL_LOADER, needed=["libc.musl-x86_64.so.1", "libz.so.1"])
    rows: list[Row] = [("app/server", server), ("usr/lib/libz.so.1", elf(soname="libz.so.1")), TOOLCHAIN]
    found = analysis_of(tmp_path, [base, rows], Cmd=["/app/server"]).recommendation
    assert found.base is not None
    assert found.base.reference == "alpine:3.19"
    assert found.base.size == sum(len(row[1]) for row in base if isinstance(row[1], bytes))  # type: ignore[index]
    assert set(copied(found)) == {"/app/server", "/usr/lib/libz.so.1"}


def test_a_command_line_that_needs_a_shell_gets_one_from_its_base(tmp_path: Path) -> None:
    rows: list[Row] = [("app/server", go_program()), ("bin/sh", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"]))]
    rows += [("lib64/ld-linux-x86-64.so.2", elf()), (f"{LIBRARIES}/libc.so.6", elf(soname="libc.so.6"))]
    found = plan(tmp_path, rows, Cmd=["/bin/sh", "-c", "/app/server --port $PORT"])
    assert found.base is not None
    assert found.base.reference == "alpine:3.23"
    assert set(copied(found)) == {"/app/server"}
    assert 'CMD ["/bin/sh", "-c", "/app/server --port $PORT"]' in found.config


def test_a_plain_shell_form_becomes_exec_form(tmp_path: Path) -> None:
    found = plan(tmp_path, [("app/server", go_program())], Cmd=["/bin/sh", "-c", "./server"], WorkingDir="/app")
    assert found.base is not None
    assert found.base.reference == "scratch"
    assert found.config == ("WORKDIR /app", 'CMD ["./server"]')


def test_temporary_files_and_a_users_directories_are_made(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("app/server", go_program("os.CreateTemp")),
        ("etc/passwd", b"root:x:0:0::/root:/bin/sh\nworker:x:1600:777::/:/\n"),
        ("etc/group", b"team:x:777:\n"),
        directory("mnt"),
        directory("data", 1600, 777),
    ]
    found = plan(tmp_path, rows, User="worker", Volumes={"/data": {}})
    lines = found.dockerfile.splitlines()
    assert "COPY --from=app:fat --chown=1600:777 /mnt /data" in lines
    assert "COPY --from=app:fat --chown=1600:777 /mnt /tmp" in lines
    assert {"USER worker", 'VOLUME ["/data"]'} <= set(found.config)
    assert {"/etc/passwd", "/etc/group"} <= set(copied(found))


def test_an_images_own_authorities_are_copied_onto_every_base(tmp_path: Path) -> None:
    rows: list[Row] = [("app/server", go_program(TLS)), BUNDLE]
    options = RecommendOptions(base=f"{DISTROLESS}static-debian13:nonroot")
    assert "/etc/ssl/certs/ca-certificates.crt" not in copied(plan(tmp_path, rows, options))
    rows.append(("usr/local/share/ca-certificates/own.crt", b"own"))
    assert "/etc/ssl/certs/ca-certificates.crt" in copied(plan(tmp_path, rows, options))


def test_a_directory_is_copied_whole_only_where_everything_in_it_is_kept(tmp_path: Path) -> None:
    rows: list[Row] = [("app/server", go_program()), ("app/main.go", b"package main\n")]
    rows += [(f"app/templates/{name}", name.encode()) for name in ("a.html", "b.html", "deep/c.html")]
    found = plan(tmp_path, [*rows], WorkingDir="/app")
    assert copied(found) == {"/app/server": "/app/server", "/app/templates": "/app/templates"}
    assert sum(copy.size for copy in found.copies) == found.predicted_size


def test_the_users_base_and_globs_override_the_choice_and_its_risks_are_named(tmp_path: Path) -> None:
    rows: list[Row] = [("app/server", elf(interpreter=GLIBC_LOADER, needed=[])), ("lib64/ld-linux-x86-64.so.2", elf())]
    rows += [("usr/share/doc/a/licence", b"text"), ("usr/share/doc/b/licence", b"text")]
    found = plan(tmp_path, rows, RecommendOptions(base="alpine:3.18", keep=("/usr/share/doc/*/licence", "/nowhere/*")))
    assert found.base is not None
    assert found.base.reference == "alpine:3.18"
    assert {"/usr/share/doc"} <= set(copied(found))
    assert any("linked against glibc" in risk.text for risk in found.risks)
    assert any("/nowhere/*" in risk.text for risk in found.risks)


def test_a_base_that_is_no_image_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no name of an image"):
        plan(tmp_path, [("app/server", go_program())], RecommendOptions(base="alpine\nRUN evil"))


def test_an_image_without_a_name_asks_for_one_when_it_is_built(tmp_path: Path) -> None:
    history = ["COPY go /usr/local/go", "RUN go build"]
    rows: list[Row] = [("app/server", go_program())]
    found = analysis_of(tmp_path, [[TOOLCHAIN], rows], history, tags=(), Cmd=["/app/server"]).recommendation
    assert "ARG IMAGE\nFROM ${IMAGE} AS fat\n" in found.dockerfile
    assert "COPY --from=fat /app/server /app/server" in found.dockerfile


def test_odd_names_and_values_are_quoted_or_said_to_be_lost(tmp_path: Path) -> None:
    rows: list[Row] = [("app/server", go_program()), ("app/data/a b$x[1].txt", b"x"), ("app/other/new\nline", b"y")]
    rows += [("app/main.go", b"package main\n"), ("app/data/x.go", b"package x\n"), ("app/other/y.go", b"package y\n")]
    env = ['GREETING=say "hi" to $USER', "BROKEN=two\nlines", "GOPATH=/go", "PATH=/usr/local/go/bin:/usr/bin:/bin"]
    found = plan(tmp_path, rows, WorkingDir="/app", Env=env, Labels={"a b": "c\\d"})
    assert 'COPY --from=app:fat ["/app/data/a b\\\\$x[[]1].txt", "/app/data/a b\\\\$x[1].txt"]' in found.dockerfile
    assert 'ENV GREETING="say \\"hi\\" to \\$USER"' in found.config
    assert 'LABEL "a b"="c\\\\d"' in found.config
    assert not any(line.startswith(("ENV GOPATH", "ENV PATH", "ENV BROKEN")) for line in found.config)
    assert any("BROKEN" in risk.text for risk in found.risks)
    assert any("/app/other/new\\nline cannot be copied" in risk.text for risk in found.risks)


@pytest.mark.parametrize(
    ("rows", "config", "why"),
    [
        ([("bin/bash", elf())], {"Cmd": ["/bin/bash"]}, "a shell"),
        ([("run.sh", b"#!/bin/nothing\n")], {"Cmd": ["/run.sh"]}, "is a script"),
        ([("app", b"text")], {"Cmd": ["/other"]}, "CMD starts /other, which is not in the image"),
        ([("app", b"text")], {"Cmd": ["/app"]}, "CMD starts /app, which is in the image, but not executable"),
        ([], {}, "nothing is started by it; name its program with CMD or ENTRYPOINT"),
    ],
)
def test_where_the_need_is_not_known_there_is_no_dockerfile(
    tmp_path: Path, rows: list[Row], config: dict[str, object], why: str
) -> None:
    found = analysis_of(tmp_path, [[TOOLCHAIN, *rows]], **config).recommendation
    assert found.dockerfile == ""
    assert found.removed == 0
    assert why in " ".join(risk.text for risk in found.risks)


@pytest.mark.parametrize(("system", "said"), [("windows", "is for Windows"), ("plan9", "is for plan9")])
def test_for_another_system_than_linux_no_image_is_recommended(tmp_path: Path, system: str, said: str) -> None:
    layers = [layer([TOOLCHAIN]), layer([("app/server", go_program())])]
    config = config_json(layers, Cmd=["/app/server"]).replace(b'"os": "linux"', f'"os": "{system}"'.encode())
    found = analyze(open_image(str(docker_archive(tmp_path / "image.tar", layers, config)))).recommendation
    assert (found.dockerfile, [risk.code for risk in found.risks]) == ("", [Code.OTHER_SYSTEM])
    assert said in found.risks[0].text


def test_where_the_need_is_not_known_and_the_plan_would_be_larger_nothing_is_removed(tmp_path: Path) -> None:
    rows: list[Row] = [("run.sh", b"#!/bin/sh\n$(cat /etc/which) --serve\n"), ("bin/sh", elf())]
    found = analysis_of(tmp_path, [[TOOLCHAIN, *rows]], Cmd=["/run.sh"]).recommendation
    assert (found.dockerfile, found.removed) == ("", 0)


def test_a_packaged_server_is_not_taken_for_a_plain_program(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("usr/sbin/nginx", elf(interpreter=GLIBC_LOADER)),
        *dpkg_database({"nginx": ("1.22", ["/usr/sbin/nginx", "/etc/nginx/nginx.conf"])}),  # type: ignore[list-item]
    ]
    runtime = analysis_of(tmp_path, [[TOOLCHAIN, *rows]], Cmd=["/usr/sbin/nginx"]).runtime
    assert [(part.rung, part.packages) for part in runtime.parts] == [("closure", ("nginx",))]


def test_a_lean_image_has_nothing_to_remove(tmp_path: Path) -> None:
    rows = [*alpine_rows(), ("app/server", go_program())]
    found = analysis_of(tmp_path, [rows], Cmd=["/app/server"]).recommendation
    assert (found.dockerfile, found.removed) == ("", 0)
    assert any("nothing to remove" in risk.text for risk in found.risks)


def test_the_users_own_dockerfile_is_wrapped_and_its_build_improved(tmp_path: Path) -> None:
    text = '# mine\nFROM golang:1.22\nWORKDIR /app\nCOPY . .\nRUN go build -o server .\nCMD ["/app/server"]\n'
    server = go_program(symbols=1000)
    found = plan(tmp_path, [("app/server", server)], RecommendOptions(dockerfile=text))
    head, _, tail = found.dockerfile.partition("FROM scratch\n")
    assert head.startswith(
        '# mine\nFROM golang:1.22 AS builder\nWORKDIR /app\nCOPY . .\nRUN go build -ldflags="-s -w" -o server .\n'
    )
    assert "COPY --from=builder /app/server /app/server" in tail
    assert found.predicted_size == len(server) - 1000


def test_a_file_keeps_its_owner_without_being_told(tmp_path: Path) -> None:
    found = plan(tmp_path, [program("app/server", go_program(), uid=1000, gid=1000)])
    assert "COPY --from=app:fat /app/server /app/server" in found.dockerfile


@pytest.mark.parametrize(
    ("history", "counted"), [(["ADD alpine-minirootfs-3.19.7-x86_64.tar.gz /", "COPY server /app/server"], True), (None, False)]
)
def test_the_base_of_a_lean_image_has_the_size_of_its_layers_or_none_that_is_known(
    history: list[str] | None, counted: bool, tmp_path: Path
) -> None:
    labels = {"org.opencontainers.image.base.name": "registry.example/alpine:3.19"}
    layers = [alpine_rows(), [("app/server", go_program())]]
    found = analysis_of(tmp_path, layers, history, Cmd=["/app/server"], Labels=labels)
    base = found.recommendation.base
    assert base is not None
    assert base.reference == "registry.example/alpine:3.19"
    assert base.size != 0
    assert base.size == (found.sizes.shared_with_base if counted else None)
    assert not found.recommendation.lower_bound


@pytest.mark.parametrize(
    ("accounts", "is_copied"), [(b"web:x:990:990::/:/bin/false\n", True), (b"_apt:x:100:65534::/:\n", False)]
)
def test_who_is_looked_up_is_copied_where_the_image_has_users_that_the_base_lacks(
    tmp_path: Path, accounts: bytes, is_copied: bool
) -> None:
    rows: list[Row] = [("app/server", go_program("os/user.LookupId")), ("etc/passwd", b"root:x:0:0::/root:\n" + accounts)]
    found = plan(tmp_path, rows, RecommendOptions(base=f"{DISTROLESS}static-debian13"))
    assert ("/etc/passwd" in copied(found).values()) == is_copied


def test_users_of_the_system_are_copied_too_where_they_are_looked_up_by_name(tmp_path: Path) -> None:
    rows: list[Row] = [("app/server", go_program("os/user.Lookup")), ("etc/passwd", b"www-data:x:33:33::/var/www:\n")]
    assert "/etc/passwd" in copied(plan(tmp_path, rows, RecommendOptions(base=f"{DISTROLESS}static-debian13"))).values()
