"""NuGet: the packages of a built .NET program."""

from tests.support.libraries import recorded

DEPENDENCIES = {
    "runtimeTarget": {"name": ".NETCoreApp,Version=v8.0", "signature": ""},
    "compilationOptions": {},
    "targets": {
        ".NETCoreApp,Version=v8.0": {
            "Shop/1.0.0": {
                "dependencies": {"Humanizer.Core.de": "2.14.1", "Shop.Data": "1.0.0"},
                "runtime": {"Shop.dll": {}},
            },
            "Humanizer.Core.de/2.14.1": {
                "runtime": {"lib/net6.0/Humanizer.dll": {"assemblyVersion": "2.14.0.0", "fileVersion": "2.14.1.48190"}},
                "resources": {"lib/net6.0/de/Humanizer.resources.dll": {"locale": "de"}},
            },
            "Microsoft.NETCore.Targets/1.1.0": {},
            "SQLitePCLRaw.lib.e_sqlite3/2.1.6": {
                "runtimeTargets": {
                    "runtimes/linux-x64/native/libe_sqlite3.so": {"rid": "linux-x64", "assetType": "native"},
                    "runtimes/win-x64/native/e_sqlite3.dll": {"rid": "win-x64", "assetType": "native"},
                }
            },
            "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.0": {
                "runtime": {"System.Runtime.dll": {}},
                "native": {"libcoreclr.so": {"fileVersion": "0.0.0.0"}, "lib/x/_._": {}},
            },
            "Shop.Data/1.0.0": {"runtime": {"Shop.Data.dll": {"localPath": "Shop.Data.dll"}}},
            "Newer/1.0.0": {"runtime": {"lib/net10.0/Newer.dll": {"localPath": "plugins/Newer.dll"}}},
        }
    },
    "libraries": {
        "Shop/1.0.0": {"type": "project", "serviceable": False, "sha512": ""},
        "Shop.Data/1.0.0": {"type": "project", "serviceable": False, "sha512": ""},
        "Humanizer.Core.de/2.14.1": {"type": "package", "serviceable": True, "sha512": "sha512-J", "path": "humanizer"},
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64/8.0.0": {"type": "runtimepack", "serviceable": False},
    },
}


def test_deps_json_tells_from_which_package_the_files_beside_it_are() -> None:
    found = {library.name: library for library in recorded("app/Shop.deps.json", DEPENDENCIES)}
    assert {name: sorted(path.decode() for path in library.paths) for name, library in found.items()} == {
        "Humanizer.Core.de": ["app/Humanizer.dll", "app/de/Humanizer.resources.dll"],
        "SQLitePCLRaw.lib.e_sqlite3": [
            "app/runtimes/linux-x64/native/libe_sqlite3.so",
            "app/runtimes/win-x64/native/e_sqlite3.dll",
        ],
        "runtimepack.Microsoft.NETCore.App.Runtime.linux-x64": ["app/System.Runtime.dll", "app/libcoreclr.so"],
        "Newer": ["app/plugins/Newer.dll"],
    }
    assert found["Humanizer.Core.de"].version == "2.14.1"
    assert {library.system for library in found.values()} == {"nuget"}


def test_the_assemblies_of_the_users_own_projects_are_no_libraries() -> None:
    paths = {path for library in recorded("app/Shop.deps.json", DEPENDENCIES) for path in library.paths}
    assert not paths & {b"app/Shop.dll", b"app/Shop.Data.dll"}
