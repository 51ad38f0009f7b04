"""What a failed program says that it lacks, as paths of the image."""

from layerscope.proof.missing import missing_paths
from tests.support.archives import layer_tar
from tests.support.layers import stacked


def test_a_failure_names_the_files_that_the_image_has() -> None:
    paths = [
        b"etc/app/config.yml",
        b"usr/lib/libextra.so.3",
        b"usr/lib/python3/site-packages/yaml/__init__.py",
        b"app/node_modules/express/package.json",
        b"usr/bin/convert",
    ]
    filesystem = stacked(layer_tar([(path.decode(), b"x") for path in paths]))
    said = {
        b"FileNotFoundError: [Errno 2] No such file or directory: '/etc/app/config.yml'": paths[0],
        b"open /etc/app/config.yml: no such file or directory": paths[0],
        b"server: error while loading shared libraries: libextra.so.3: cannot open shared object file": paths[1],
        b"ModuleNotFoundError: No module named 'yaml'": b"usr/lib/python3/site-packages/yaml",
        b"Error: Cannot find module 'express'\\nRequire stack:": b"app/node_modules/express",
        b'exec: "/usr/bin/convert": stat /usr/bin/convert: no such file or directory': paths[4],
    }
    for line, path in said.items():
        assert missing_paths(line, filesystem, frozenset()) == (path,), line
    kept = frozenset((filesystem.visible[paths[0]],))
    assert missing_paths(b"open /etc/app/config.yml: no such file", filesystem, kept) == ()
    assert missing_paths(b"open /etc/unknown: no such file or directory", filesystem, frozenset()) == ()
