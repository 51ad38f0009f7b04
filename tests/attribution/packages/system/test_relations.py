"""What packages depend on, as each kind of database says it."""

from layerscope.attribution.packages.system.relations import Graph, Relations, read_graph
from tests.support.archives import layer_tar
from tests.support.layers import stacked

STATUS = b"""Package: redis-server
Status: install ok installed
Pre-Depends: init-system-helpers (>= 1.54~)
Depends: libc6 (>= 2.36), default-mta | mail-transport-agent,
 redis-tools (= 5:7.0)
Recommends: ca-certificates
Version: 5:7.0

Package: exim4
Status: install ok installed
Provides: mail-transport-agent, smtp (= 4)
Version: 1

Package: redis-tools
Status: install ok installed
Depends: libc6:any
Version: 5:7.0

Package: libc6
Status: install ok installed
Priority: required
Version: 2.36

Package: init-system-helpers
Status: install ok installed
Essential: yes
Version: 1.65

Package: ca-certificates
Status: install ok installed
Version: 1

Package: vim
Status: deinstall ok config-files
Version: 9
"""


def graph_of(path: str, content: bytes) -> Graph:
    return read_graph(stacked(layer_tar([(path, content)])))


def test_dpkg_says_what_a_package_depends_on_and_what_every_system_has() -> None:
    graph = graph_of("var/lib/dpkg/status", STATUS)
    assert "vim" not in graph.packages
    assert graph.system == ["libc6", "init-system-helpers"]
    assert graph.closure(["redis-server", "nothing"]) == {
        "redis-server": "",
        "init-system-helpers": "redis-server",
        "libc6": "redis-server",
        "exim4": "redis-server",
        "redis-tools": "redis-server",
    }


def test_what_is_only_recommended_counts_where_it_is_wanted() -> None:
    graph = graph_of("var/lib/dpkg/status", STATUS)
    assert "ca-certificates" in graph.closure(["redis-server"], frozenset(("ca-certificates",)))
    assert graph.installed("smtp") == "exim4"


def test_apk_names_libraries_and_commands() -> None:
    database = (
        b"P:nginx\nV:1\nD:so:libpcre2-8.so.0 /bin/sh>1 !nginx-old\nF:usr\n\n"
        b"P:pcre2\nV:10\np:so:libpcre2-8.so.0=0.11 cmd:pcre=1\n\nP:busybox\nV:1\np:/bin/sh\n"
    )
    assert graph_of("lib/apk/db/installed", database).closure(["nginx"]) == {"nginx": "", "pcre2": "nginx", "busybox": "nginx"}


def test_packages_that_depend_on_each_other_are_taken_once() -> None:
    graph = Graph({"a": Relations(depends=(("b",),)), "b": Relations(depends=(("a",), ("gone",)))})
    assert graph.closure(["a"]) == {"a": "", "b": "a"}
