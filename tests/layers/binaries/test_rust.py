"""Inside Rust programs, and what compiled programs of other languages."""

import json
import zlib

import pytest

from layerscope.layers.binaries.details import binary_details
from layerscope.layers.binaries.model import BinaryDetails, Module
from tests.support.programs import elf
from tests.support.toolchains import Toolchains

CRATES = {
    "packages": [
        {"name": "serde", "version": "1.0.190", "source": "crates.io"},
        {"name": "cc", "version": "1.0.83", "source": "crates.io", "kind": "build"},
        {"name": "shop", "version": "0.1.0", "source": "local", "root": True, "dependencies": [0]},
    ],
    "format": 1,
}
COMMENT = b"GCC: (Debian 12.2.0-14) 12.2.0\0rustc version 1.75.0 (82e1608df 2023-12-21)\0"
MESSAGES = (
    b"/usr/local/cargo/registry/src/index.crates.io-6f17d22bba15001f/tokio-1.35.1/src/runtime/mod.rs"
    b"/root/.cargo/registry/src/github.com-1ecc6299db9ec823/foo-bar-0.2.0-rc.1+x/src/lib.rs"
    b"/usr/share/cargo/registry/asn1-0.12.2/src/types.rs"
)


def inside(**sections: bytes) -> BinaryDetails:
    details = binary_details(elf(sections={"." + name.replace("_", "-"): content for name, content in sections.items()}))
    assert details is not None
    return details


def test_cargo_auditable_lists_the_crates_that_are_linked_in() -> None:
    details = inside(dep_v0=zlib.compress(json.dumps(CRATES).encode()), comment=COMMENT)
    assert (details.language, details.toolchain, details.main) == ("Rust", "rustc 1.75.0", "shop")
    assert details.modules == (Module("serde", "1.0.190"), Module("shop", "0.1.0"))
    assert details.how_known == "cargo auditable"


def test_without_it_panic_messages_name_some_crates() -> None:
    details = inside(rodata=MESSAGES * 2, comment=COMMENT)
    assert details.how_known == "panic messages"
    assert details.modules == (Module("asn1", "0.12.2"), Module("foo-bar", "0.2.0-rc.1+x"), Module("tokio", "1.35.1"))


@pytest.mark.parametrize(
    ("section", "toolchain"),
    [
        (b"/rustc/82e1608dfa6e0b5569232559e3d385fea5a93112/library/core/src/fmt/mod.rs", "rustc at commit 82e1608dfa6e"),
        (b"/usr/src/rustc-1.63.0/library/core/src/str/pattern.rs", "rustc 1.63.0"),
    ],
)
def test_where_comments_are_stripped_the_standard_librarys_messages_tell_the_compiler(section: bytes, toolchain: str) -> None:
    details = inside(rodata=section)
    assert (details.language, details.toolchain) == ("Rust", toolchain)


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"no zlib",
        zlib.compress(b"[]"),
        zlib.compress(b"{}"),
        zlib.compress(b'{"packages": [{"name": 1}]}'),
        zlib.compress(b"[" * 1_000_000),
        zlib.compress(b'{"packages": [' + b" " * 50_000_000)[:-4],
    ],
)
def test_damaged_lists_of_crates_are_left_out(damaged: bytes) -> None:
    details = inside(dep_v0=damaged, comment=COMMENT)
    assert (details.toolchain, details.modules) == ("rustc 1.75.0", ())


def test_c_programs_tell_their_compilers() -> None:
    comment = (
        b"GCC: (Debian 12.2.0-14) 12.2.0\0Debian clang version 14.0.6\0GCC: (Debian 12.2.0-14) 12.2.0\0Linker: LLD 14.0.6\0"
    )
    details = inside(comment=comment)
    assert (details.language, details.toolchain) == ("", "GCC 12.2.0, clang 14.0.6")


def test_a_program_of_this_machines_rust(toolchains: Toolchains) -> None:
    program = toolchains.rust()
    version = toolchains.run("rustc", "--version").split()[1]
    details = binary_details(program.read_bytes())
    assert details is not None
    assert (details.language, details.toolchain) == ("Rust", f"rustc {version}")


def test_crates_that_are_put_into_a_real_program(toolchains: Toolchains) -> None:
    listed = toolchains.with_section(toolchains.rust(), ".dep-v0", zlib.compress(json.dumps(CRATES).encode()))
    details = binary_details(listed.read_bytes())
    assert details is not None
    assert [module.name for module in details.modules] == ["serde", "shop"]
