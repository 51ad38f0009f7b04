"""What only developing needs in a node_modules without a lock file of npm or pnpm."""

import json

import pytest

from layerscope.attribution.packages.languages.development import is_project_file, only_developing
from tests.support.libraries import developing_trees


def yarn_project(**more: object) -> dict[bytes, bytes]:
    """A project whose node_modules has no lock file: koa needs ms, and so does mocha, which brings an ms of its own too."""
    documents: dict[str, object] = {
        "app/package.json": {"name": "shop", "dependencies": {"koa": "^2"}, "devDependencies": {"mocha": "^10", "koa": "*"}},
        "app/node_modules/koa/package.json": {"name": "koa", "version": "2.15.0", "dependencies": {"ms": "2.0.0"}},
        "app/node_modules/ms/package.json": {"name": "ms", "version": "2.0.0"},
        "app/node_modules/mocha/package.json": {
            "name": "mocha",
            "version": "10.8.2",
            "dependencies": {"ms": "^2.1.3", "he": "*"},
            "peerDependencies": {"absent": "*"},
        },
        "app/node_modules/mocha/node_modules/ms/package.json": {"name": "ms", "version": "2.1.3"},
        "app/node_modules/he/package.json": {"name": "he", "version": "1.2.0", "optionalDependencies": {"ms": "*"}},
        "app/node_modules/stray/package.json": {"name": "stray", "version": "1.0.0"},
        **more,
    }
    return {path.encode(): json.dumps(document).encode() for path, document in documents.items()}


def test_without_a_lock_file_of_npm_it_follows_from_what_each_package_needs() -> None:
    found = only_developing(yarn_project())
    assert developing_trees(found) == {
        "app/node_modules/mocha",
        "app/node_modules/mocha/node_modules/ms",
        "app/node_modules/he",
    }
    assert {(library.name, library.version) for library in found} == {("mocha", "10.8.2"), ("ms", "2.1.3"), ("he", "1.2.0")}


def test_what_another_project_of_the_workspace_needs_is_needed() -> None:
    found = only_developing(yarn_project(**{"app/packages/web/package.json": {"dependencies": {"he": "^1"}}}))
    assert developing_trees(found) == {"app/node_modules/mocha", "app/node_modules/mocha/node_modules/ms"}


@pytest.mark.parametrize(
    "lock", ["app/package-lock.json", "app/node_modules/.package-lock.json", "app/node_modules/.pnpm/lock.yaml"]
)
def test_a_lock_file_knows_better(lock: str) -> None:
    assert only_developing(yarn_project(**{lock: {}})) == []


def test_libraries_outside_of_a_project_are_needed_as_far_as_anybody_knows() -> None:
    files = yarn_project()
    del files[b"app/package.json"]
    assert only_developing(files) == []
    assert is_project_file(b"app/package.json")
    assert not is_project_file(b"app/node_modules/koa/package.json")


def test_packages_that_need_each_other_in_a_circle_end() -> None:
    files = yarn_project(**{"app/node_modules/he/package.json": {"name": "he", "dependencies": {"mocha": "*"}}})
    assert developing_trees(only_developing(files)) >= {"app/node_modules/mocha", "app/node_modules/he"}
