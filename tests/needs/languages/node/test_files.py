"""The files of packages and of the application, and native add-ons."""

from pathlib import Path

from tests.support.archives import link
from tests.support.node_images import LIBRARIES, needed, package, project, runtime_of, unresolved
from tests.support.programs import Row, elf


def test_a_package_of_the_workspace_comes_with_its_own_packages(tmp_path: Path) -> None:
    rows: list[Row] = [
        ("app/package.json", b'{"workspaces": ["apps/*", "libs/*"], "devDependencies": {"turbo": "1"}}'),
        ("app/apps/api/package.json", b'{"name": "api", "dependencies": {"shared": "*"}}'),
        ("app/apps/api/server.js", b"require('shared')"),
        ("app/apps/web/index.js", b"require('react')"),
        ("app/libs/shared/package.json", b'{"name": "shared", "dependencies": {"ms": "2"}}'),
        ("app/libs/shared/index.js", b"require('ms')"),
        ("app/libs/shared/test/index.test.js", b""),
        link("app/node_modules/shared", "../libs/shared"),
        *package("app/node_modules/ms"),
        *package("app/node_modules/turbo"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "server.js"], WorkingDir="/app/apps/api")
    assert {"app/node_modules/shared", "app/libs/shared/index.js", "app/node_modules/ms/index.js"} <= needed(runtime)
    assert "app/node_modules/turbo/index.js" not in needed(runtime)
    assert "app/libs/shared/test/index.test.js" not in {
        need.path.decode() for need in runtime.needs if need.role == "dependency"
    }


def test_native_add_ons_bring_their_libraries(tmp_path: Path) -> None:
    sharp = package("app/node_modules/sharp", None, **{"build/sharp.node": elf(needed=["libvips.so.42"], soname="sharp.node")})
    foreign = [("app/node_modules/sharp/build/musl.node", elf(needed=["libgone.so.1", "libc.musl-x86_64.so.1"], soname="m"))]
    rows = [*project(dependencies={"sharp": "0"}), *sharp, *foreign, ("app/index.js", b"require('sharp')")]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "."])
    assert f"{LIBRARIES}/libvips.so.42" in needed(runtime)
    assert "libgone" not in unresolved(runtime)


def test_links_of_pnpm_are_followed_and_kept(tmp_path: Path) -> None:
    store = "app/node_modules/.pnpm"
    rows: list[Row] = [
        *project(dependencies={"koa": "2"}, devDependencies={"prettier": "3"}),
        ("app/server.js", b"require('koa')"),
        link("app/node_modules/koa", ".pnpm/koa@2.0.0/node_modules/koa"),
        link("app/node_modules/prettier", ".pnpm/prettier@3.0.0/node_modules/prettier"),
        *package(f"{store}/koa@2.0.0/node_modules/koa", {"dependencies": {"co": "4"}}),
        link(f"{store}/koa@2.0.0/node_modules/co", "../../co@4.0.0/node_modules/co"),
        *package(f"{store}/co@4.0.0/node_modules/co"),
        *package(f"{store}/prettier@3.0.0/node_modules/prettier"),
    ]
    runtime = runtime_of(tmp_path, rows, Cmd=["node", "server.js"])
    links = {"app/node_modules/koa", f"{store}/koa@2.0.0/node_modules/co"}
    files = {f"{store}/koa@2.0.0/node_modules/koa/index.js", f"{store}/co@4.0.0/node_modules/co/index.js"}
    assert links | files <= needed(runtime)
    assert not {path for path in needed(runtime) if "prettier" in path}


def test_what_loaders_read_stays_and_maps_where_stack_traces_go_through_them(tmp_path: Path) -> None:
    """tsconfig-paths looks aliases up in tsconfig.json when the program runs."""
    rows: list[Row] = [
        ("app/package.json", b'{"dependencies": {"tsconfig-paths": "4"}}'),
        ("app/tsconfig.json", b'{"compilerOptions": {"paths": {"@http/*": ["http/*"]}}}'),
        ("app/dist/main.js", b"require('./lib')"),
        ("app/dist/main.js.map", b"{}"),
        ("app/dist/lib.js", b""),
        *package("app/node_modules/tsconfig-paths", **{"register.js": b""}),
    ]
    plain = needed(runtime_of(tmp_path, rows, Cmd=["node", "-r", "tsconfig-paths/register", "dist/main.js"]))
    mapped = needed(runtime_of(tmp_path, rows, Cmd=["node", "--enable-source-maps", "dist/main.js"]))
    by_variable = needed(runtime_of(tmp_path, rows, Cmd=["node", "dist/main.js"], Env=["NODE_OPTIONS=--enable-source-maps"]))
    assert "app/tsconfig.json" in plain
    assert "app/dist/main.js.map" in mapped & by_variable
