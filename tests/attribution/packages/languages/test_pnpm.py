"""pnpm: which packages only developing needs, by its record of what is installed."""

from tests.support.libraries import developing_trees, recorded

PNPM_LOCK_9 = b"""\
lockfileVersion: '9.0'

settings:
  autoInstallPeers: true

importers:

  .:
    dependencies:
      debug:
        specifier: ^4
        version: 4.4.3(supports-color@8.1.1)
      uuid8:
        specifier: npm:uuid@8
        version: uuid@8.3.2
    devDependencies:
      '@types/express':
        specifier: ^4
        version: 4.17.25
      JSONStream:
        specifier: 1.3.5
        version: 1.3.5
      api:
        specifier: workspace:*
        version: link:apps/api

packages:

  '@types/body-parser@1.19.6':
    resolution: {integrity: sha512-HLFeCYgz89uk22N5Qg3dvGvsv46B8GLvKKo1zKG4NybA8U2DiEO3w9lqGg29t==}

snapshots:

  '@types/body-parser@1.19.6': {}

  '@types/express@4.17.25':
    dependencies:
      '@types/body-parser': 1.19.6
      ms: 2.1.3

  JSONStream@1.3.5:
    dependencies:
      jsonparse: 1.3.1

  debug@4.4.3(supports-color@8.1.1):
    dependencies:
      ms: 2.1.3
    optionalDependencies:
      supports-color: 8.1.1

  jsonparse@1.3.1: {}

  ms@2.1.3: {}

  supports-color@8.1.1: {}

  uuid@8.3.2: {}
"""


def test_pnpm_9_lists_what_projects_and_packages_need() -> None:
    found = recorded("app/node_modules/.pnpm/lock.yaml", PNPM_LOCK_9)
    assert {(library.name, library.version) for library in found} == {
        ("@types/express", "4.17.25"),
        ("@types/body-parser", "1.19.6"),
        ("JSONStream", "1.3.5"),
        ("jsonparse", "1.3.1"),
    }
    store = "app/node_modules/.pnpm"
    assert f"{store}/@types+express@4.17.25/node_modules/@types/express" in developing_trees(found)


def test_pnpm_ends_the_directories_of_names_with_capitals_in_a_digest() -> None:
    """Both names were made by pnpm: the first by 8 and 9, the second by 10."""
    found = developing_trees(recorded("app/node_modules/.pnpm/lock.yaml", PNPM_LOCK_9))
    for digest in ("r3os6ifnv5rfzwtsmjig3b325i", "fb8f73c374dcf7070ffed90b688edabd"):
        assert f"app/node_modules/.pnpm/JSONStream@1.3.5_{digest}/node_modules/JSONStream" in found


PNPM_LOCK_6 = b"""\
lockfileVersion: '6.0'

dependencies:
  debug:
    specifier: ^4
    version: 4.4.3(supports-color@8.1.1)

devDependencies:
  '@testing-library/react':
    specifier: ^14
    version: 14.3.1(@types/react@18.3.31)(react-dom@18.3.1)(react@18.3.1)

packages:

  /@testing-library/react@14.3.1(@types/react@18.3.31)(react-dom@18.3.1)(react@18.3.1):
    resolution: {integrity: sha512-H99XjUhWQw0lTgyMN05W3xQG1Nh4lq574D8keFf1dDoNTJgp66VbJozRaczoF+wsiaPJNt/TcnfpLGufGxSrZQ==}
    engines: {node: '>=14'}
    dependencies:
      dev: 1.0.0
    dev: true

  /debug@4.4.3(supports-color@8.1.1):
    dependencies:
      ms: 2.1.3
    dev: false
"""


def test_pnpm_8_marks_packages() -> None:
    (library,) = recorded("srv/node_modules/.pnpm/lock.yaml", PNPM_LOCK_6)
    directory = "@testing-library+react@14.3.1_@types+react@18.3.31_react-dom@18.3.1_react@18.3.1"
    assert (library.name, library.version) == ("@testing-library/react", "14.3.1")
    assert developing_trees([library]) == {f"srv/node_modules/.pnpm/{directory}/node_modules/@testing-library/react"}


def test_a_package_in_pnpms_store_is_found_by_its_package_json() -> None:
    path = "app/node_modules/.pnpm/debug@4.4.3_supports-color@8.1.1/node_modules/debug/package.json"
    (library,) = recorded(path, {"name": "debug", "version": "4.4.3"})
    assert library.trees == (path.removesuffix("/package.json").encode(),)
