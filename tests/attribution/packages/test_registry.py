"""The one table of readers: which of them reads a file, and that no content makes one fail."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerscope.attribution.packages import relative
from layerscope.attribution.packages.languages import development
from layerscope.attribution.packages.library import Library
from layerscope.attribution.packages.registry import is_record, libraries
from layerscope.attribution.packages.relative import all_resolved
from layerscope.core.paths import normal_path
from layerscope.layers import keep
from tests.attribution.packages.languages.test_composer import installed
from tests.attribution.packages.languages.test_gemfile import GEMFILE, GEMFILE_LOCK
from tests.attribution.packages.languages.test_gems import FASTXML
from tests.attribution.packages.languages.test_jars import jar, pom
from tests.attribution.packages.languages.test_npm import PACKAGES
from tests.attribution.packages.languages.test_nuget import DEPENDENCIES
from tests.attribution.packages.languages.test_pip import FLASK_RECORD
from tests.attribution.packages.languages.test_pnpm import PNPM_LOCK_6, PNPM_LOCK_9
from tests.attribution.packages.languages.test_python_locks import POETRY_LOCK, UV_LOCK

RECORDS: dict[str, bytes] = {
    "usr/lib/python3/site-packages/flask-3.0.0.dist-info/RECORD": FLASK_RECORD,
    "usr/lib/python3/site-packages/flask-3.0.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: flask\nVersion: 3.0.0\n\n",
    "usr/lib/python3/site-packages/a-1-py3.9.egg-info/installed-files.txt": b"../a.py\n",
    "usr/lib/python3/site-packages/a-1-py3.9.egg-info/top_level.txt": b"a\n",
    "usr/lib/python3/site-packages/a-1-py3.9.egg-info": b"Name: a\nVersion: 1\n",
    "usr/lib/python3/site-packages/a-1-py3.9.egg/EGG-INFO/PKG-INFO": b"Name: a\nVersion: 1\n",
    "app/uv.lock": UV_LOCK,
    "app/poetry.lock": POETRY_LOCK,
    "app/Pipfile.lock": b'{"develop": {"pytest": {"version": "==8.0"}}}',
    "opt/conda/conda-meta/a-1-0.json": b'{"name": "a", "version": "1", "files": ["bin/a"]}',
    "app/node_modules/@a/b/package.json": b'{"name": "@a/b", "version": "1.0.0"}',
    "app/package-lock.json": json.dumps({"packages": PACKAGES}).encode(),
    "app/node_modules/.package-lock.json": b'{"dependencies": {"a": {"dev": true, "dependencies": {"b": {"dev": true}}}}}',
    "srv/node_modules/.pnpm/lock.yaml": PNPM_LOCK_9,
    "opt/node_modules/.pnpm/lock.yaml": PNPM_LOCK_6,
    "usr/local/bundle/specifications/fastxml-1.4.0.rc1.gemspec": FASTXML,
    "usr/local/bundle/extensions/x86_64-linux/3.2.0/fastxml-1.4.0.rc1/gem.build_complete": b"",
    "app/vendor/composer/installed.json": json.dumps(installed()).encode(),
    "app/Shop.deps.json": json.dumps(DEPENDENCIES).encode(),
    "app/lib/slf4j-api-2.0.9-tests.jar": jar(**pom("org.slf4j", "slf4j-api", "2.0.9")),
}


def sound(found: list[Library]) -> bool:
    """Whether all of them could be in an image: relative paths that name something, without ways up."""
    places = [path for library in found for path in (*library.paths, *library.trees)]
    return all(path and not path.startswith(b"/") and b".." not in path.split(b"/") for path in places) and all(
        library.name for library in found
    )


@pytest.mark.parametrize("path", RECORDS)
def test_each_kind_of_record_tells_of_a_library(path: str) -> None:
    assert is_record(path.encode())
    found = libraries(path.encode(), RECORDS[path])
    assert found
    assert sound(found)


@pytest.mark.parametrize("path", RECORDS)
def test_one_reader_is_for_each_record(path: str) -> None:
    knowing = [name for name, endings in keep.RECORDS.items() if f"/{path}".encode().endswith(endings)]
    assert len(knowing) == 1 or knowing[-1] in ("conda", "jars")
    assert len({name for name in knowing if name != "conda"}) <= 1


@pytest.mark.parametrize(
    "path", ["etc/passwd", "app/package.json", "app/data.json", "usr/share/doc/RECORD", "app/METADATA", "", "a.jar", "/"]
)
def test_other_files_are_no_records_and_tell_nothing(path: str) -> None:
    assert not is_record(path.encode())
    assert libraries(path.encode(), b"{}") == []


@pytest.mark.parametrize("path", RECORDS)
def test_a_record_that_is_cut_anywhere_gives_what_can_be_read(path: str) -> None:
    content = RECORDS[path]
    for end in range(0, len(content), max(1, len(content) // 60)):
        assert sound(libraries(path.encode(), content[:end]))


HOSTILE = {
    "nested JSON": b'{"a":' * 100_000,
    "nested arrays in a known key": b'{"packages":' + b"[" * 100_000,
    "nested dependencies": b'{"dependencies":{"a":' * 5_000,
    "a long line": b"x" * 10_000_000,
    "a long line of separators": b": '\"," * 500_000,
    "many short lines": b"a\n" * 100_000,
    "ways up": b"../../../../../../../../../../etc/passwd,,\n" * 1000 + b"..,,\n../..,,\n/,,\n",
    "no text": bytes(range(256)) * 100,
    "surrogates": b'{"name": "\\ud800", "files": ["\\udfff"], "packages": {"node_modules/\\ud800": {"dev": true}}}',
    "numbers": b'{"name": 1, "version": 2e400, "packages": 7, "targets": [], "files": {}, "libraries": null}',
    "nulls": b'{"name": null, "version": null, "packages": null, "dependencies": null, "develop": null}',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("path", RECORDS)
def test_hostile_content_is_read_to_its_end_without_an_error(path: str, content: bytes) -> None:
    assert sound(libraries(path.encode(), content))


@given(path=st.sampled_from(sorted(RECORDS)), content=st.binary(max_size=300))
@settings(max_examples=300, deadline=None)
def test_no_bytes_make_a_reader_fail(path: str, content: bytes) -> None:
    assert sound(libraries(path.encode(), content))


@given(path=st.sampled_from(sorted(RECORDS)), data=st.data())
@settings(max_examples=300, deadline=None)
def test_no_changed_bytes_make_a_reader_fail(path: str, data: st.DataObject) -> None:
    content = bytearray(RECORDS[path] or b"x")
    for _ in range(data.draw(st.integers(1, 8))):
        position = data.draw(st.integers(0, len(content) - 1))
        content[position] = data.draw(st.sampled_from(list(b'\0"{}[]:,/.\n -=\xff9')))
    assert sound(libraries(path.encode(), bytes(content)))


@given(path=st.binary(max_size=60), prefix=st.sampled_from(sorted(RECORDS)))
@settings(max_examples=300, deadline=None)
def test_no_path_makes_a_reader_fail(path: bytes, prefix: str) -> None:
    for hostile in (path, path + b"/" + prefix.encode(), prefix.encode() + path, prefix.encode().replace(b"1", path)):
        if is_record(hostile):
            libraries(hostile, RECORDS[prefix])


@given(st.dictionaries(st.sampled_from(["app/Gemfile", "app/Gemfile.lock", "package.json", "app/package.json"]), st.binary()))
@settings(max_examples=100, deadline=None)
def test_no_files_of_a_project_make_it_fail(files: dict[str, bytes]) -> None:
    records = {path.encode(): content for path, content in RECORDS.items()}
    project = {b"app/Gemfile": GEMFILE, b"app/Gemfile.lock": GEMFILE_LOCK}
    changed = {path.encode(): content for path, content in files.items()}
    assert sound(development.only_developing({**records, **project, **changed}))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (b"a/b", b"opt/x/a/b"),
        (b"../a", b"opt/a"),
        (b"../../../a", b"a"),
        (b"./a//b/./c", b"opt/x/a/b/c"),
        (b"a/../b", b"opt/x/b"),
        (b"a/../../b", b"opt/b"),
        (b"/etc/a", b"etc/a"),
        (b"a/..b", b"opt/x/a/..b"),
    ],
)
def test_a_path_is_seen_from_its_directory_and_stops_at_the_root(path: bytes, expected: bytes) -> None:
    assert normal_path(path, b"opt/x") == expected
    assert all_resolved(b"opt/x", [path]) == [expected]


def test_what_one_file_may_list_is_bounded_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relative, "LISTED_PATHS_BYTES", 1_000_000)
    assert len(all_resolved(b"d" * 9_999, [b"a"] * 1_000)) == 100
