"""What somebody put into the image above its base stays for an interpreted program: its home, tools on PATH, documents."""

from pathlib import Path

from tests.support.needs import because, roles
from tests.support.programs import GLIBC_LOADER, Row, analysis_of, elf, go_program, program
from tests.support.python_images import runtime_of

HOME: list[Row] = [
    ("root/.u2net/u2net.onnx", b"m"),
    ("root/.config/tool/settings.yaml", b"s"),
    ("root/.cache/huggingface/hub/x/model.bin", b"m"),
    ("root/.cache/pip/http/a", b"c"),
    ("root/.npm/_cacache/a", b"c"),
    ("root/.cache/go-build/a", b"c"),
    ("root/.cache/matplotlib/fonts.json", b"c"),
]


def test_data_in_the_home_of_the_user_is_kept_and_caches_of_package_managers_are_not(tmp_path: Path) -> None:
    found = roles(runtime_of(tmp_path, [("app/main.py", b""), *HOME], made_by="RUN make", Cmd=["python", "/app/main.py"]))
    assert {path for path in found if path.startswith("/root")} == {
        "/root/.u2net/u2net.onnx",
        "/root/.config/tool/settings.yaml",
        "/root/.cache/huggingface/hub/x/model.bin",
    }


def test_the_home_of_another_user_is_not_read(tmp_path: Path) -> None:
    rows = [("app/main.py", b""), *HOME, ("etc/passwd", b"ada:x:7:7::/home/ada:/bin/sh\n"), ("home/ada/.netrc", b"x")]
    found = roles(runtime_of(tmp_path, rows, made_by="RUN make", Cmd=["python", "/app/main.py"], User="ada"))
    assert "/home/ada/.netrc" in found
    assert not any(path.startswith("/root") for path in found)


def test_documents_beside_an_interpreted_program_are_kept(tmp_path: Path) -> None:
    rows: list[Row] = [("docs/main.py", b""), ("docs/mkdocs.yml", b""), ("docs/docs/index.md", b"#"), ("docs/README.md", b"#")]
    runtime = runtime_of(tmp_path, rows, Cmd=["python", "/docs/main.py"], WorkingDir="/docs")
    assert {"/docs/mkdocs.yml", "/docs/docs/index.md", "/docs/README.md"} <= set(roles(runtime))
    assert because(runtime, "docs/docs/index.md")[0].what == "put beside the program"


def test_a_tool_on_path_that_no_package_manager_brought_is_kept_with_its_libraries(tmp_path: Path) -> None:
    rows = [
        ("app/main.py", b""),
        program("usr/local/bin/fetch", elf(interpreter=GLIBC_LOADER, needed=["libfetch.so"])),
        ("usr/lib/x86_64-linux-gnu/libfetch.so", elf(soname="libfetch.so")),
    ]
    found = roles(runtime_of(tmp_path, rows, Cmd=["python", "/app/main.py"]))
    assert {"/usr/local/bin/fetch", "/usr/lib/x86_64-linux-gnu/libfetch.so"} <= set(found)


def test_a_directory_that_env_names_is_kept(tmp_path: Path) -> None:
    rows = [("ko-app/hi", go_program()), ("var/run/ko/index.html", b"<p>"), ("go/pkg/mod/x/y.go", b"")]
    runtime = analysis_of(tmp_path, [rows], Cmd=["/ko-app/hi"], Env=["KO_DATA_PATH=/var/run/ko", "GOPATH=/go"]).runtime
    assert set(roles(runtime)) == {"/ko-app/hi", "/var/run/ko/index.html"}


def test_what_was_installed_together_with_a_program_is_kept(tmp_path: Path) -> None:
    rows = [
        ("opt/app/bin/words", go_program()),
        ("opt/app/share/words.txt", b"a"),
        ("opt/other/x", b"x"),
        ("usr/local/share/x", b"x"),
    ]
    layers, history = [[("etc/os-release", b"ID=debian")], rows], ["COPY rootfs /", "RUN make install"]
    runtime = analysis_of(tmp_path, layers, history, Cmd=["/opt/app/bin/words"]).runtime
    assert set(roles(runtime)) == {"/opt/app/bin/words", "/opt/app/share/words.txt"}
