"""Programs and paths that sources of Ruby and PHP name stay."""

from pathlib import Path

import pytest

from tests.support import languages
from tests.support.languages import library, needed
from tests.support.programs import GLIBC_LOADER, Row, elf

ENVIRONMENT = ["PATH=/usr/local/bin:/usr/bin", "PHP_VERSION=8.2.12"]
INSTALLED: list[Row] = [
    ("usr/local/bin/ruby", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
    ("usr/local/lib/ruby/3.2.0/set.rb", b""),
    ("usr/local/bin/php", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
    ("usr/bin/convert", elf(interpreter=GLIBC_LOADER, needed=["libmagick.so.6"])),
    library("libmagick.so.6"),
    ("usr/bin/git", elf(interpreter=GLIBC_LOADER, soname="git")),
    ("usr/bin/file", elf(interpreter=GLIBC_LOADER, soname="file")),
    ("usr/share/fonts/a/Sans.ttf", b"font"),
    ("models/small/weights.bin", b"w"),
]


def tools(tmp_path: Path, name: str, source: bytes, command: str) -> set[str]:
    """What is kept beside the interpreter for one source."""
    runtime = languages.runtime_of(tmp_path, INSTALLED, [(f"app/{name}", source)], Cmd=[command, name], Env=ENVIRONMENT)
    return {
        path
        for path in needed(runtime)
        if path.startswith(("usr/bin/", "usr/share/fonts", "models", "usr/lib/x86_64-linux-gnu/libm"))
    }


@pytest.mark.parametrize(
    "source",
    [
        b"`convert #{a} b.png`",
        b"system('convert', a, 'b.png')",
        b'system("nice convert #{a} | sort")',
        b"out, status = Open3.capture2e('convert', '-version')",
        b"IO.popen(['convert', a])",
        b"%x(convert -version)",
    ],
)
def test_programs_that_ruby_starts_are_kept(tmp_path: Path, source: bytes) -> None:
    assert tools(tmp_path, "main.rb", source, "ruby") == {"usr/bin/convert", "usr/lib/x86_64-linux-gnu/libmagick.so.6"}


@pytest.mark.parametrize(
    "source",
    [b'<?php shell_exec("convert $a b.png");', b"<?php exec('convert a b');", b"<?php $p = new Process(['convert', $a]);"],
)
def test_programs_that_php_starts_are_kept(tmp_path: Path, source: bytes) -> None:
    assert tools(tmp_path, "main.php", source, "php") == {"usr/bin/convert", "usr/lib/x86_64-linux-gnu/libmagick.so.6"}


def test_words_elsewhere_start_nothing(tmp_path: Path) -> None:
    assert tools(tmp_path, "main.rb", b"x = {'git' => 'file'}", "ruby") == set()
    assert tools(tmp_path, "main.rb", b"system('true'); params['file']", "ruby") == set()


def test_paths_that_sources_name_are_kept(tmp_path: Path) -> None:
    source = b"FONT = '/usr/share/fonts/a/Sans.ttf'; File.read(\"/models/#{name}/weights.bin\")"
    assert tools(tmp_path, "main.rb", source, "ruby") == {"usr/share/fonts/a/Sans.ttf", "models/small/weights.bin"}
    source = b"<?php readfile('/models/small/weights.bin');"
    assert tools(tmp_path, "main.php", source, "php") == {"models/small/weights.bin"}
