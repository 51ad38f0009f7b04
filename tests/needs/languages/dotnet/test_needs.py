"""What a .NET program needs: its publish directory, the shared frameworks that the host picks, and native libraries."""

import json
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from layerscope.needs.model import Runtime
from tests.support import languages
from tests.support.archives import link
from tests.support.languages import LIBRARIES, library, names, needed, unresolved
from tests.support.programs import GLIBC_LOADER, Row, elf

ROOT = "usr/share/dotnet"
SIGNATURE = bytes.fromhex("8b1202b96a612038727b930214d7a03213f5b9e6efae3318ee3b2dce24b36aae")


def settings(*frameworks: tuple[str, str], **options: Any) -> bytes:
    """A runtimeconfig.json."""
    rows = [{"name": name, "version": version} for name, version in frameworks]
    return json.dumps({"runtimeOptions": {"tfm": "net8.0", "frameworks": rows, **options}}).encode()


ASPNET = settings(("Microsoft.NETCore.App", "8.0.0"), ("Microsoft.AspNetCore.App", "8.0.0"))
INSTALLED: list[Row] = [
    library("libstdc++.so.6"),
    library("libicuuc.so.72", "libicudata.so.72"),
    library("libicudata.so.72"),
    library("libssl.so.3"),
    library("libssl.so.1.1"),
    (f"{ROOT}/dotnet", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
    link("usr/bin/dotnet", "../share/dotnet/dotnet"),
    (f"{ROOT}/host/fxr/8.0.11/libhostfxr.so", elf(needed=["libstdc++.so.6"], soname="libhostfxr.so")),
    (f"{ROOT}/host/fxr/6.0.1/libhostfxr.so", elf(needed=["libstdc++.so.6"], soname="libhostfxr.so")),
    *(
        (f"{ROOT}/shared/Microsoft.NETCore.App/{version}/{name}", content)
        for version in ("6.0.1", "8.0.2", "8.0.11", "9.0.0")
        for name, content in (
            ("System.Private.CoreLib.dll", b"MZ"),
            ("libcoreclr.so", elf(needed=["libstdc++.so.6"], soname="libcoreclr.so")),
            ("libcoreclrtraceptprovider.so", elf(needed=["liblttng-ust.so.1"], soname="libtrace")),
            ("System.Native.a", b"!<arch>"),
        )
    ),
    (f"{ROOT}/shared/Microsoft.AspNetCore.App/8.0.11/Microsoft.AspNetCore.dll", b"MZ"),
    (
        f"{ROOT}/shared/Microsoft.AspNetCore.App/8.0.11/Microsoft.AspNetCore.App.runtimeconfig.json",
        settings(("Microsoft.NETCore.App", "8.0.11")),
    ),
    (f"{ROOT}/sdk/8.0.404/dotnet.dll", b"MZ"),
]
DEPENDENCIES = json.dumps(
    {
        "runtimeTarget": {"name": ".NETCoreApp,Version=v8.0"},
        "targets": {
            ".NETCoreApp,Version=v8.0": {
                "App/1.0.0": {"runtime": {"App.dll": {}}},
                "Newtonsoft.Json/13.0.3": {"runtime": {"lib/net6.0/Newtonsoft.Json.dll": {}}},
            }
        },
        "libraries": {"Newtonsoft.Json/13.0.3": {"type": "package", "path": "newtonsoft.json/13.0.3"}},
    }
).encode()
PUBLISHED: list[Row] = [
    ("app/App.dll", b"MZ"),
    ("app/App.runtimeconfig.json", ASPNET),
    ("app/App.deps.json", DEPENDENCIES),
    ("app/App.pdb", b"BSJB"),
    ("app/Newtonsoft.Json.dll", b"MZ"),
    ("app/appsettings.json", b"{}"),
    ("app/wwwroot/index.html", b"<html>"),
    ("app/fr/App.resources.dll", b"MZ"),
    ("app/runtimes/linux-x64/native/libe_sqlite3.so", elf(soname="libe_sqlite3.so")),
    ("app/runtimes/linux-arm64/native/libe_sqlite3.so", elf(soname="libe_sqlite3.so", machine=183)),
    ("app/runtimes/linux-musl-x64/native/libe_sqlite3.so", elf(soname="libe_sqlite3.so")),
    ("app/runtimes/win-x64/native/e_sqlite3.dll", b"MZ"),
]


def runtime_of(directory: Path, rows: Sequence[Row], **config: Any) -> Runtime:
    """The needs of an image with .NET and these files, started in /app."""
    return languages.runtime_of(directory, INSTALLED, rows, **config)


def test_an_application_needs_what_lies_beside_it_but_no_debug_symbols_and_no_other_platforms(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, PUBLISHED, Cmd=["dotnet", "App.dll"])
    assert needed(runtime, "app/") == {
        "app/App.dll",
        "app/App.runtimeconfig.json",
        "app/App.deps.json",
        "app/Newtonsoft.Json.dll",
        "app/appsettings.json",
        "app/wwwroot/index.html",
        "app/fr/App.resources.dll",
        "app/runtimes/linux-x64/native/libe_sqlite3.so",
    }
    assert [(item.ecosystem, item.version, item.followed) for item in runtime.programs] == [("dotnet", "8.0.11", True)]


def test_the_frameworks_that_the_host_picks_are_the_runtime_and_no_others(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, PUBLISHED, Cmd=["dotnet", "App.dll"])
    roles = {need.path.decode(): need.role for need in runtime.needs}
    assert roles[f"{ROOT}/shared/Microsoft.NETCore.App/8.0.11/System.Private.CoreLib.dll"] == "runtime"
    assert roles[f"{ROOT}/shared/Microsoft.AspNetCore.App/8.0.11/Microsoft.AspNetCore.dll"] == "runtime"
    assert roles[f"{ROOT}/host/fxr/8.0.11/libhostfxr.so"] == "runtime"
    assert not {path for path in roles if "/sdk/" in path or "/6.0.1/" in path or "/8.0.2/" in path or "/9.0.0/" in path}
    assert not {path for path in roles if path.endswith(".a")}


def test_native_libraries_are_followed_and_those_loaded_by_name_are_kept(tmp_path: Path) -> None:
    runtime = runtime_of(tmp_path, PUBLISHED, Cmd=["dotnet", "App.dll"])
    libraries = names(runtime, "library")
    assert {"libstdc++.so.6", "libicuuc.so.72", "libicudata.so.72", "libssl.so.3"} <= libraries
    assert "lttng" not in unresolved(runtime)


def test_invariant_globalization_needs_no_icu(tmp_path: Path) -> None:
    for number, (environment, configuration) in enumerate(
        (
            (["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1"], ASPNET),
            ([], settings(("Microsoft.NETCore.App", "8.0.0"), configProperties={"System.Globalization.Invariant": True})),
        )
    ):
        directory = tmp_path / str(number)
        directory.mkdir()
        rows = [*PUBLISHED[:1], ("app/App.runtimeconfig.json", configuration)]
        runtime = runtime_of(directory, rows, Cmd=["dotnet", "App.dll"], Env=["PATH=/usr/bin", *environment])
        assert not {path for path in needed(runtime) if "libicu" in path}


def test_the_version_of_openssl_can_be_named(tmp_path: Path) -> None:
    environment = ["PATH=/usr/bin", "CLR_OPENSSL_VERSION_OVERRIDE=1.1"]
    runtime = runtime_of(tmp_path, PUBLISHED, Cmd=["dotnet", "App.dll"], Env=environment)
    assert {path.rpartition("/")[2] for path in needed(runtime) if "libssl" in path} == {"libssl.so.1.1"}


def test_packages_are_found_where_the_configuration_probes_them(tmp_path: Path) -> None:
    rows = [
        *(row for row in PUBLISHED if row != ("app/Newtonsoft.Json.dll", b"MZ")),
        ("app/App.runtimeconfig.dev.json", settings(additionalProbingPaths=["/root/.nuget/packages"])),
        ("root/.nuget/packages/newtonsoft.json/13.0.3/lib/net6.0/Newtonsoft.Json.dll", b"MZ"),
        ("root/.nuget/packages/newtonsoft.json/13.0.3/lib/net45/Newtonsoft.Json.dll", b"MZ"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["dotnet", "App.dll"])
    assert {path for path in needed(runtime) if ".nuget" in path} == {
        "root/.nuget/packages/newtonsoft.json/13.0.3/lib/net6.0/Newtonsoft.Json.dll"
    }


def test_settings_of_the_content_root_are_needed_where_the_assembly_lies_elsewhere(tmp_path: Path) -> None:
    rows = [(str(row[0]).replace("app/", "app/out/", 1), row[1]) for row in PUBLISHED[:5] if isinstance(row, tuple)]
    rows += [("app/appsettings.Production.json", b"{}"), ("app/wwwroot/site.css", b"")]
    runtime = runtime_of(tmp_path, rows, Cmd=["dotnet", "out/App.dll"])
    assert {"app/out/App.dll", "app/appsettings.Production.json", "app/wwwroot/site.css"} <= needed(runtime)


def test_an_apphost_finds_the_installation_by_itself(tmp_path: Path) -> None:
    rows = [*PUBLISHED, ("app/App", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"]))]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["./App"])
    assert {f"{ROOT}/dotnet", f"{ROOT}/shared/Microsoft.NETCore.App/8.0.11/libcoreclr.so", "app/App.dll"} <= needed(runtime)
    assert [(item.ecosystem, item.version, item.followed) for item in runtime.programs] == [("dotnet", "8.0.11", True)]


def test_a_self_contained_application_needs_no_installation(tmp_path: Path) -> None:
    configuration = {"runtimeOptions": {"includedFrameworks": [{"name": "Microsoft.NETCore.App", "version": "8.0.7"}]}}
    rows = [
        ("app/App", elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"])),
        ("app/App.dll", b"MZ"),
        ("app/App.runtimeconfig.json", json.dumps(configuration).encode()),
        ("app/libcoreclr.so", elf(needed=["libstdc++.so.6"], soname="libcoreclr.so")),
    ]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/app/App"])
    assert {"app/libcoreclr.so", f"{LIBRARIES}/libstdc++.so.6"} <= needed(runtime)
    assert not {path for path in needed(runtime) if path.startswith(ROOT)}
    assert [(item.version, item.followed) for item in runtime.programs] == [("8.0.7", True)]


def single_file(configuration: bytes) -> bytes:
    """A host with a bundle behind it: header, identifier, places of deps.json and runtimeconfig.json, then that."""
    host = elf(interpreter=GLIBC_LOADER, needed=["libc.so.6"], sections={".data": bytes(8) + SIGNATURE})
    body = host.ljust(len(host) + 8192, b"\0")
    header = struct.pack("<IIi", 6, 0, 1) + bytes((2,)) + b"id"
    start = len(body) + len(header) + 32
    header += struct.pack("<qqqq", 0, 0, start, len(configuration))
    at = body.index(SIGNATURE) - 8
    return body[:at] + struct.pack("<q", len(body)) + body[at + 8 :] + header + configuration


def test_a_single_file_says_inside_which_frameworks_it_needs(tmp_path: Path) -> None:
    rows = [("app/App", single_file(b"\xef\xbb\xbf" + ASPNET)), ("app/appsettings.json", b"{}")]
    runtime = runtime_of(tmp_path, rows, Entrypoint=["/app/App"])
    assert {f"{ROOT}/shared/Microsoft.AspNetCore.App/8.0.11/Microsoft.AspNetCore.dll", "app/appsettings.json"} <= needed(
        runtime
    )
    assert [(item.ecosystem, item.version, item.followed) for item in runtime.programs] == [("dotnet", "8.0.11", True)]


def test_a_missing_framework_is_named(tmp_path: Path) -> None:
    rows = [*PUBLISHED[:1], ("app/App.runtimeconfig.json", settings(("Microsoft.NETCore.App", "10.0.0")))]
    runtime = runtime_of(tmp_path, rows, Cmd=["dotnet", "App.dll"])
    assert "Microsoft.NETCore.App 10.0.0" in unresolved(runtime)
    assert not runtime.programs[0].followed


def test_a_command_of_the_sdk_is_not_followed_and_says_what_to_start_instead(tmp_path: Path) -> None:
    rows = [("app/App.csproj", b"<Project/>"), ("app/bin/Release/net8.0/publish/App.runtimeconfig.json", ASPNET)]
    runtime = runtime_of(tmp_path, rows, Cmd=["dotnet", "run", "--project", "App.csproj"])
    assert not runtime.programs[0].followed
    assert "dotnet /app/bin/Release/net8.0/publish/App.dll" in unresolved(runtime)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"runtimeOptions": 5}', b"\xff" * 100, b"[" * 100_000])
def test_a_broken_configuration_is_said_and_nothing_fails(tmp_path: Path, content: bytes) -> None:
    rows = [("app/App.dll", b"MZ"), ("app/App.runtimeconfig.json", content), ("app/App.deps.json", content)]
    runtime = runtime_of(tmp_path, rows, Cmd=["dotnet", "App.dll"])
    assert not runtime.programs[0].followed
    assert "App.runtimeconfig.json" in unresolved(runtime)
