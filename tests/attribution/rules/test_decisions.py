"""The order in which a file's owner is decided, rule by rule, with a small catalogue written for the purpose."""

from collections.abc import Sequence
from functools import partial

from layerscope.attribution.catalogue import parse
from layerscope.attribution.model import Component
from layerscope.history.history import History
from layerscope.sources.image import Config
from tests.support.archives import Entry, link
from tests.support.attributions import attributed as attributed_by
from tests.support.attributions import dpkg_database, files, history_of, image_config, owner_of

RULES = """
[[rule]]
id = 'LS001'
name = 'application'
category = 'application'
component = 'application'
strength = 'rest'
globs = ['$APP/**']
why = 'It is the program.'
samples = ['/app/x']

[[rule]]
id = 'LS914'
name = 'layout'
category = 'os'
component = 'layout'
strength = 'rest'
globs = ['/etc/**', '/usr/share/**']
why = 'It is the system.'
samples = ['/etc/x']

[[rule]]
id = 'LS100'
name = 'sdk'
category = 'toolchain'
component = 'SDK'
strength = 'tree'
claims = 'always'
globs = ['/opt/sdk/**']
why = 'It builds.'
samples = ['/opt/sdk/x']

[[rule]]
id = 'LS101'
name = 'debug'
category = 'intermediate'
component = 'debug symbols'
claims = 'always'
globs = ['**/*.debug']
why = 'It debugs.'
samples = ['/x.debug']

[[rule]]
id = 'LS102'
name = 'compiler'
category = 'toolchain'
packages = ['gcc', 'gcc-*']
why = 'It compiles.'
samples = ['package gcc']

[[rule]]
id = 'LS103'
name = 'static'
category = 'toolchain'
component = 'static libraries'
claims = 'refines'
globs = ['**/*.a', '/opt/weak/**']
why = 'It is linked in.'
samples = ['/x.a']

[[rule]]
id = 'LS104'
name = 'snake'
category = 'toolchain'
component = 'Snake'
naming = 'component'
ecosystem = 'python'
role = 'python'
globs = ['/usr/lib/python3*/**']
packages = ['python3*', 'libpython3*']
why = 'It came along.'
samples = ['/usr/lib/python3/os.py', 'package python3']

[[rule]]
id = 'LS110'
name = 'local-snake'
category = 'toolchain'
component = 'Snake'
ecosystem = 'python'
role = 'python'
globs = ['/usr/local/bin/python3*', '/usr/local/lib/python3*/**']
why = 'It came along.'
samples = ['/usr/local/bin/python3']

[[rule]]
id = 'LS105'
name = 'installers'
category = 'toolchain'
role = 'pip'
packages = ['pip:{pip,setuptools}', 'npm:@types/*']
why = 'It installs.'
samples = ['package pip:pip']

[[rule]]
id = 'LS106'
name = 'distribution-packages'
category = 'toolchain'
role = 'python'
when_run = 'dependency'
packages = ['python3-*']
why = 'They came along.'
samples = ['package python3-six']

[[rule]]
id = 'LS107'
name = 'objects'
category = 'intermediate'
component = 'build output'
globs = ['**/obj/**']
beside = ['*.csproj']
why = 'It was built from.'
samples = ['/app/obj/x']

[[rule]]
id = 'LS108'
name = 'scripts'
category = 'source'
component = 'TypeScript'
role = 'typescript'
globs = ['$APP/**/*.ts']
why = 'It is compiled.'
samples = ['/app/x.ts']

[[rule]]
id = 'LS109'
name = 'tools'
category = 'toolchain'
component = 'tools'
globs = ['/opt/tools/**', '/opt/tools/deep/inner/**']
why = 'They are tools.'
samples = ['/opt/tools/x']
"""

BASE: list[Entry] = [("etc/os-release", b"ID=debian\n")]
APP = image_config(working_dir="/app", cmd=("/app/server",))
PYTHON = image_config(working_dir="/app", cmd=("python3", "main.py"))
SITE = "usr/local/lib/python3.11/site-packages"


CATALOGUE = tuple(parse(RULES, "small.toml"))
attributed = partial(attributed_by, catalogue=CATALOGUE)


def owner(
    path: str,
    packages: dict[str, Sequence[str]] | None = None,
    others: Sequence[Entry] = (),
    config: Config = APP,
    history: History | None = None,
) -> Component:
    """Who owns a file of an image with these packages of the operating system, and these other files."""
    database = dpkg_database({name: ("1", paths) for name, paths in (packages or {}).items()})
    return owner_of(*attributed([[*BASE, *database, *others, *files([path])]], config, history), path)


def wheel(name: str, *paths: str, version: str = "1.0") -> Entry:
    """The record of a distribution that pip installed."""
    record = "".join(f"{path},sha256=x,1\n" for path in paths)
    return f"{SITE}/{name}-{version}.dist-info/RECORD", record.encode()


def said(component: Component) -> tuple[str, str]:
    return component.category, component.name


# 1. A place that is a thing of its own


def test_a_tree_has_everything_in_it_whoever_installed_it() -> None:
    for path in ("/opt/sdk/bin/cc", "/opt/sdk/lib/x.a", "/opt/sdk/x.debug", "/opt/sdk/obj/x"):
        assert said(owner(path)) == said(owner(path, {"gcc": [path]})) == ("toolchain", "SDK")
    in_python = wheel("flask", "../../../../opt/sdk/bin/cc")
    assert said(owner("/opt/sdk/bin/cc", others=[in_python])) == ("toolchain", "SDK")


# 2. A file of a package of the operating system


def test_a_place_that_always_claims_comes_before_the_rule_for_the_package() -> None:
    assert said(owner("/usr/lib/cc1.debug", {"gcc": ["/usr/lib/cc1.debug"]})) == ("intermediate", "debug symbols")


def test_the_rule_for_the_package_comes_before_a_place_that_refines() -> None:
    found = owner("/usr/lib/libz.a", {"gcc-12": ["/usr/lib/libz.a"]})
    assert (said(found), found.package, found.rule, found.why) == (("toolchain", "gcc-12"), "gcc-12", "LS102", "It compiles.")


def test_a_place_that_refines_gives_its_category_under_the_packages_name() -> None:
    found = owner("/usr/lib/libz.a", {"zlib": ["/usr/lib/libz.a"]})
    assert (said(found), found.package, found.rule) == (("toolchain", "zlib"), "zlib", "LS103")


def test_else_the_package_is_part_of_the_operating_system_and_other_places_do_not_count() -> None:
    for path in ("/usr/bin/tool", "/opt/tools/tool", "/app/main.ts"):
        found = owner(path, {"mystery": [path]})
        assert (said(found), found.rule, found.why) == (("os", "mystery"), "", "")


def test_what_copy_puts_over_a_packages_file_is_the_applications() -> None:
    page = "/usr/share/nginx/html/index.html"
    packages = dpkg_database({"nginx": ("1", [page, "/usr/sbin/nginx"])})
    history = history_of("ADD rootfs /", "RUN apt-get install", "COPY . /usr/share/nginx/html", base_layers=1)
    layers = [BASE, [*packages, *files([page, "/usr/sbin/nginx"])], files([page])]
    filesystem, attribution = attributed(layers, image_config(), history)
    assert said(owner_of(filesystem, attribution, page)) == ("application", "application")
    assert said(attribution.component_of(filesystem.paths.index(page[1:].encode()))) == ("os", "nginx")


def test_a_copied_root_filesystem_keeps_its_packages() -> None:
    layer = [*dpkg_database({"zlib": ("1", ["/usr/lib/libz.so"])}), *files(["/usr/lib/libz.so"])]
    history = history_of("ADD rootfs /", "COPY --from=builder / /", base_layers=1)
    assert said(owner_of(*attributed([BASE, layer], image_config(), history), "/usr/lib/libz.so")) == ("os", "zlib")


# 3. A file of a library


def test_a_package_of_the_operating_system_comes_before_a_library() -> None:
    path = f"/{SITE}/six.py"
    assert said(owner(path, {"mystery": [path]}, [wheel("six", "six.py")], PYTHON)) == ("os", "mystery")


def test_a_library_follows_the_same_order_with_the_rules_for_its_system() -> None:
    def of(name: str, file: str) -> tuple[str, str]:
        return said(owner(f"/{SITE}/{file}", others=[wheel(name, file)], config=PYTHON))

    assert of("flask", "flask/x.debug") == ("intermediate", "debug symbols")
    assert of("pip", "pip/x.a") == ("toolchain", "pip")
    assert of("flask", "flask/x.a") == ("toolchain", "flask")
    assert of("flask", "flask/app.py") == ("dependency", "flask")
    assert of("gcc", "gcc/app.py") == ("dependency", "gcc"), "a rule for a package of the system is none for a library"


def test_a_library_that_the_image_would_not_load_is_toolchain_but_in_the_application() -> None:
    assert said(owner(f"/{SITE}/flask/app.py", others=[wheel("flask", "flask/app.py")])) == ("toolchain", "flask")
    packages = [(f"app/node_modules/{name}/package.json", b'{"name": "x", "version": "1"}') for name in ("x", "@types/node")]
    assert said(owner("/app/node_modules/x/index.js", others=packages)) == ("dependency", "x")


def test_what_a_lock_file_marks_as_for_developing_is_a_development_dependency_unless_a_rule_says_more() -> None:
    lock = b'{"lockfileVersion": 3, "packages": {"node_modules/jest": {"dev": true, "version": "1"}, "node_modules/x": {}}}'
    package = b'{"name": "%s", "version": "1"}'
    others: list[Entry] = [("app/node_modules/.package-lock.json", lock)]
    others += [(f"app/node_modules/{name}/package.json", package % name.encode()) for name in ("jest", "x", "@types/node")]
    config = image_config(working_dir="/app", cmd=("node", "server.js"))

    def of(name: str) -> tuple[str, str]:
        return said(owner(f"/app/node_modules/{name}/index.js", others=others, config=config))

    assert of("jest") == ("dev-dependency", "jest")
    assert of("x") == ("dependency", "x")
    assert of("@types/node") == ("toolchain", "@types/node")


def test_a_listed_path_comes_before_a_tree_and_of_trees_the_nearest() -> None:
    others: list[Entry] = [
        ("app/node_modules/a/package.json", b'{"name": "a", "version": "1"}'),
        ("app/node_modules/a/node_modules/b/package.json", b'{"name": "b", "version": "2"}'),
        wheel("listed", "../../../../../app/node_modules/a/listed.js"),
    ]
    for path, name in (("lib/x.js", "a"), ("node_modules/b/lib/x.js", "b"), ("listed.js", "listed")):
        assert owner(f"/app/node_modules/a/{path}", others=others).name == name


# 4. A file that nobody lists


def test_a_started_file_is_the_application_before_any_place() -> None:
    config = image_config(cmd=("/opt/tools/serve",))
    assert said(owner("/opt/tools/serve", config=config)) == ("application", "application")
    assert said(owner("/opt/tools/other", config=config)) == ("toolchain", "tools")


def test_a_started_file_in_a_tree_or_of_a_package_or_library_is_theirs() -> None:
    assert said(owner("/opt/sdk/serve", config=image_config(cmd=("/opt/sdk/serve",)))) == ("toolchain", "SDK")
    assert said(owner("/usr/bin/x", {"x": ["/usr/bin/x"]}, config=image_config(cmd=("/usr/bin/x",)))) == ("os", "x")
    console = wheel("flask", "../../../bin/flask")
    found = owner("/usr/local/bin/flask", others=[console], config=image_config(cmd=("flask", "run")))
    assert said(found) == ("dependency", "flask")


def test_a_started_interpreter_is_not_the_application_but_the_script_is() -> None:
    path = "/usr/local/bin/python3.11"
    config = image_config(working_dir="/app", cmd=("python3", "/srv/main.py"))
    others: list[Entry] = [link("usr/local/bin/python3", "python3.11"), *files(["/srv/main.py"])]
    filesystem, attribution = attributed([[*BASE, *others, *files([path])]], config)
    assert said(owner_of(filesystem, attribution, path)) == ("runtime", "Snake")
    assert said(owner_of(filesystem, attribution, "/srv/main.py")) == ("application", "application")


def test_a_started_jar_is_the_application_and_others_beside_it_are_libraries() -> None:
    config = image_config(working_dir="/app", cmd=("java", "-jar", "shop-1.0.jar"))
    others = files(["/app/lib/guava-33.0.jar", "/usr/bin/java"])
    filesystem, attribution = attributed([[*BASE, *others, *files(["/app/shop-1.0.jar"])]], config)
    assert said(owner_of(filesystem, attribution, "/app/shop-1.0.jar")) == ("application", "application")
    assert said(owner_of(filesystem, attribution, "/app/lib/guava-33.0.jar")) == ("dependency", "guava")


def test_the_most_specific_place_wins_and_the_rest_comes_last() -> None:
    assert said(owner("/opt/tools/deep/inner/x")) == ("toolchain", "tools")
    assert said(owner("/app/main.ts")) == ("source", "TypeScript")
    assert said(owner("/app/logo.svg")) == ("application", "application")
    assert said(owner("/etc/hosts")) == ("os", "layout")


def test_what_copy_brought_is_the_application_before_the_rest_but_after_other_places() -> None:
    history = history_of("ADD rootfs /", "COPY . /", base_layers=1)
    paths = ["/etc/app.conf", "/var/strange", "/opt/tools/x"]
    filesystem, attribution = attributed([BASE, files(paths)], image_config(), history)
    found = [said(owner_of(filesystem, attribution, path)) for path in paths]
    assert found == [("application", "application"), ("application", "application"), ("toolchain", "tools")]


def test_a_place_with_a_condition_counts_where_something_lies_beside_it() -> None:
    project: list[Entry] = [("app/api/api.csproj", b"<Project/>")]
    assert said(owner("/app/api/obj/Debug/x.dll", others=project)) == ("intermediate", "build output")
    assert said(owner("/app/web/obj/Debug/x.dll", others=project)) == ("application", "application")
    assert said(owner("/obj/x", others=[("x.csproj", b"")])) == ("intermediate", "build output")


def test_a_condition_makes_a_place_more_specific() -> None:
    assert said(owner("/app/obj/made.ts", others=[("app/x.csproj", b"")])) == ("intermediate", "build output")


# 5. What nothing decides


def test_a_link_that_nobody_knows_belongs_to_the_owner_of_what_it_leads_to() -> None:
    layer = [
        *BASE,
        *files(["/opt/tools/x"]),
        link("srv/x", "../opt/tools/x"),
        link("srv/y", "/srv/x"),
        link("srv/z", "nowhere"),
    ]
    filesystem, attribution = attributed([layer])
    names = [owner_of(filesystem, attribution, path).name for path in ("/srv/x", "/srv/y", "/srv/z")]
    assert names == ["tools", "tools", "unknown"]


def test_everything_else_is_unknown() -> None:
    assert owner("/srv/data.bin") == Component(category="unknown", name="unknown")


# Roles: what the image runs


def test_an_interpreter_is_toolchain_in_an_image_that_does_not_run_it_and_runtime_in_one_that_does() -> None:
    library = "/usr/local/lib/python3.11/os.py"
    interpreter = files(["/usr/local/bin/python3"])
    found = owner(library, others=interpreter)
    assert (said(found), found.why) == (("toolchain", "Snake"), "It came along.")
    found = owner(library, others=interpreter, config=PYTHON)
    assert (said(found), found.why) == (("runtime", "Snake"), "")


def test_packages_of_the_system_are_the_runtime_only_where_their_own_interpreter_runs() -> None:
    paths = ["/usr/bin/python3", "/usr/lib/python3.11/os.py"]
    packages: dict[str, Sequence[str]] = {"python3.11-minimal": paths}
    system = files(paths[:1])
    assert said(owner(paths[1], packages, system, PYTHON)) == ("runtime", "Snake")
    own = files(["/usr/local/bin/python3"])
    assert said(owner(paths[1], packages, [*system, *own], PYTHON)) == ("toolchain", "Snake")
    assert said(owner("/usr/local/lib/python3.11/os.py", packages, [*system, *own], PYTHON)) == ("runtime", "Snake")
    assert said(owner("/usr/local/lib/python3.11/os.py", packages, system, PYTHON)) == ("toolchain", "Snake")


def test_what_nobody_lists_in_the_places_of_installed_packages_is_theirs() -> None:
    packages: dict[str, Sequence[str]] = {"python3.11-minimal": ["/usr/bin/python3"]}
    others = files(["/usr/bin/python3", "/usr/local/bin/python3"])
    bytecode = "/usr/lib/python3.11/__pycache__/os.pyc"
    assert said(owner(bytecode, packages, others, PYTHON)) == ("toolchain", "Snake")
    assert said(owner(bytecode, packages, others[:1], PYTHON)) == ("runtime", "Snake")


def test_a_rule_can_say_itself_what_its_files_are_when_the_image_runs_them() -> None:
    path = "/usr/lib/python3/dist-packages/six.py"
    packages: dict[str, Sequence[str]] = {"python3-six": [path], "python3": ["/usr/bin/python3"]}
    assert said(owner(path, packages, files(["/usr/bin/python3"]), PYTHON)) == ("dependency", "python3-six")
    assert said(owner(path, packages, files(["/usr/bin/python3"]))) == ("toolchain", "python3-six")


def test_sources_are_the_application_where_the_image_compiles_them_when_it_starts() -> None:
    started = image_config(working_dir="/app", cmd=("npx", "ts-node", "main.ts"))
    assert said(owner("/app/lib/util.ts")) == ("source", "TypeScript")
    assert said(owner("/app/lib/util.ts", config=started)) == ("application", "TypeScript")


def test_a_place_that_refines_tells_more_of_a_package_that_the_image_runs() -> None:
    path = "/usr/lib/python3.11/config/libpython3.11.a"
    packages: dict[str, Sequence[str]] = {"python3.11-dev": [path], "python3": ["/usr/bin/python3"]}
    found = owner(path, packages, files(["/usr/bin/python3"]), PYTHON)
    assert (said(found), found.rule) == (("toolchain", "python3.11-dev"), "LS103")
