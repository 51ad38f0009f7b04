"""A pull request brings settings of its own: what they may ask for, and what they cannot make the gate overlook."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from layerscope.__main__ import main
from layerscope.checking.files import defaults, find_settings
from layerscope.checking.settings import Settings, from_table
from tests.support.gate import archive

SECRET = [("app/.env", b"API_TOKEN=abc123def456\n")]

IGNORE = '[[ignore]]\nwhat = "{}"\nreason = "trust me"\n'

TRUSTED = {
    "gate.toml": "locked = true\nmax-size = 1\n",
    "pyproject.toml": "[tool.layerscope]\nlocked = true\nmax-size = 1\n",
    "gate.yaml": "locked: true\nrules:\n  lowestEfficiency: 0.9999\n",
}
"""A locked file that the image fails, in every format."""

CHECKOUT = {
    ".layerscope.toml": 'max-size = "off"\nlowest-efficiency = false\nsecrets = false\n' + IGNORE.format("max-size"),
    "pyproject.toml": "[tool.layerscope]\nmax-size = false\nlowest-efficiency = 0.1\n"
    + IGNORE.format("lowest-efficiency").replace("[[ignore]]", "[[tool.layerscope.ignore]]"),
    ".dive-ci": "rules:\n  lowestEfficiency: off\n  highestWastedBytes: 100GB\n",
}
"""What tries to overrule it, in every format."""


@pytest.fixture
def image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A leaky image, and a checkout to stand in."""
    (tmp_path / "checkout" / ".git").mkdir(parents=True)
    (tmp_path / "trusted").mkdir()
    monkeypatch.chdir(tmp_path / "checkout")
    return str(archive(tmp_path / "shop.tar", SECRET, Env=["API_TOKEN=abc123def456"]))


Told = Callable[..., tuple[int, dict[str, str], list[str]]]


@pytest.fixture
def told(image: str, capsys: pytest.CaptureFixture[str]) -> Told:
    def run(*arguments: str) -> tuple[int, dict[str, str], list[str]]:
        """The exit code, the status of each rule, and the notices."""
        code = main(["check", image, "--format", "json", *arguments])
        document = json.loads(capsys.readouterr().out)
        return code, {item["rule"]: item["status"] for item in document["outcomes"]}, document["notices"]

    return run


def write(name: str, text: str) -> None:
    Path(name).write_text(text)


class TestALockedFile:
    @pytest.mark.parametrize("checkout", CHECKOUT)
    @pytest.mark.parametrize("trusted", TRUSTED)
    def test_beats_the_checkouts_in_every_format(self, trusted: str, checkout: str, told: Told) -> None:
        path = f"../trusted/{trusted}"
        write(path, TRUSTED[trusted])
        before = told("--config", path)
        assert before[0] == 1
        assert before[2] == []
        write(checkout, CHECKOUT[checkout])
        code, statuses, notices = told("--config", path)
        assert (code, statuses) == before[:2]
        assert len(notices) >= 2
        assert all(line.startswith(checkout) and line.endswith(f"does not count: {path} is locked") for line in notices)

    def test_lets_nobody_else_forbid_or_limit_either(self, told: Told) -> None:
        write("../trusted/gate.toml", "locked = true\nmax-size = '1GB'\nsecrets = false\n")
        write(".layerscope.toml", 'max-waste = 1\nforbid = ["/app"]\nsecrets = true\n')
        code, statuses, notices = told("--config", "../trusted/gate.toml")
        assert code == 0
        assert "forbid" not in statuses
        assert [line.partition(" does not count")[0] for line in notices] == [
            ".layerscope.toml: max-waste",
            ".layerscope.toml: secrets",
            ".layerscope.toml: forbid /app",
        ]

    def test_does_not_fall_over_a_file_that_nobody_can_read(self, told: Told) -> None:
        write("../trusted/gate.toml", "locked = true\nmax-size = '1GB'\nsecrets = false\n")
        write(".layerscope.toml", "max-sise = [")
        code, _, notices = told("--config", "../trusted/gate.toml")
        assert code == 0
        assert [line.partition(" is no TOML")[0] for line in notices] == [".layerscope.toml"]

    def test_leaves_the_command_line_in_charge(self, told: Told) -> None:
        write("../trusted/gate.toml", "locked = true\nmax-size = 1\n")
        assert told("--config", "../trusted/gate.toml", "--max-size", "1GB", "--secrets", "off")[0] == 0

    def test_is_not_refused_when_it_lies_in_the_checkout_itself(self, told: Told) -> None:
        write(".layerscope.toml", "locked = true\nmax-size = '1GB'\nsecrets = false\n")
        assert told("--config", ".layerscope.toml") == (
            0,
            {"readable": "PASS", "max-size": "PASS", "secrets": "SKIP"},
            [],
        )

    @pytest.mark.parametrize("where", ["named", "looked for"])
    def test_has_to_say_so_clearly(self, where: str, tmp_path: Path) -> None:
        (tmp_path / ".layerscope.toml").write_text("locked = 3\n")
        named = tmp_path / ".layerscope.toml" if where == "named" else None
        with pytest.raises(Exception, match="locked has to be on or off"):
            find_settings(tmp_path, named)


class TestATrustedFile:
    @pytest.mark.parametrize(
        "attack",
        [
            "max-size = false",
            'max-size = "100GB"',
            IGNORE.format("max-size"),
            IGNORE.format("/**"),
            IGNORE.format("LS"),
            IGNORE.format("application"),
            IGNORE.format("forbid"),
            IGNORE.format("secrets"),
            "secrets = false",
        ],
    )
    def test_is_not_overruled(self, attack: str, told: Told) -> None:
        write("../trusted/gate.toml", 'max-size = 1\nmax-waste = 1\nforbid = ["/app/data"]\n')
        before = told("--config", "../trusted/gate.toml")
        assert list(before[1].values()) == ["PASS", "FAIL", "FAIL", "FAIL", "FAIL"]
        write(".layerscope.toml", attack)
        code, statuses, notices = told("--config", "../trusted/gate.toml")
        assert (code, statuses) == before[:2]
        (line,) = notices
        assert line.startswith(".layerscope.toml: ")
        assert line.endswith(" does not count beside ../trusted/gate.toml")

    def test_that_relies_on_dives_thresholds_keeps_them(self, tmp_path: Path) -> None:
        named = tmp_path / "gate.toml"
        named.write_text("secrets = true\n")
        place = tmp_path / "checkout"
        place.mkdir()
        (place / ".layerscope.toml").write_text("max-size = '100GB'\nlowest-efficiency = 0.1\nhighest-wasted-bytes = 5\n")
        found = defaults(find_settings(place, named))
        assert {key: setting.limit.value for key, setting in found.limits.items() if setting.limit} == {
            "lowest-efficiency": 0.9,
            "highest-wasted-bytes": 5,
            "highest-user-wasted-percent": 0.1,
            "max-size": 100_000_000_000,
        }
        assert found.refused == (f".layerscope.toml: lowest-efficiency does not count beside {Path('..', 'gate.toml')}",)
        (place / ".layerscope.toml").write_text("lowest-efficiency = 0.95\n")
        assert find_settings(place, named).limits["lowest-efficiency"].origin == ".layerscope.toml"

    def test_names_the_image_to_compare_with_itself(self, told: Told) -> None:
        """Opening what a stranger names is a request from this machine with this user's rights."""
        write("../trusted/gate.toml", "max-size = '1GB'\nsecrets = false\n")
        write(".layerscope.toml", 'max-growth = "5%"\nagainst = "docker://registry.invalid/x"\n')
        code, statuses, notices = told("--config", "../trusted/gate.toml")
        assert code == 0
        assert "max-growth" not in statuses
        assert [line.partition(" does not count")[0] for line in notices] == [
            ".layerscope.toml: against",
            ".layerscope.toml: max-growth",
        ]

    def test_gets_what_asks_for_more(self, told: Told) -> None:
        write("../trusted/gate.toml", "max-size = '1GB'\nsecrets = false\n")
        write(".layerscope.toml", 'max-waste = 1\nforbid = ["/app/data"]\n')
        code, statuses, notices = told("--config", "../trusted/gate.toml")
        assert code == 1
        assert statuses == {"readable": "PASS", "max-size": "PASS", "max-waste": "FAIL", "forbid": "FAIL", "secrets": "SKIP"}
        assert notices == []


class TestCredentials:
    @pytest.mark.parametrize("checkout", [".layerscope.toml", "pyproject.toml"])
    @pytest.mark.parametrize("what", ["secrets", "LS8", "LS", "LS801", "/app/.env", "/**", "dotenv"])
    def test_no_file_of_the_checkout_hides_one(self, what: str, checkout: str, told: Told) -> None:
        text = IGNORE.format(what)
        table = "[[tool.layerscope.ignore]]"
        write(checkout, text if checkout != "pyproject.toml" else text.replace("[[ignore]]", table))
        code, statuses, notices = told()
        assert code == 1
        assert statuses["secrets"] == "FAIL"
        said = [line for line in notices if "only --config FILE or the command line can" in line]
        assert len(said) == 1
        assert f"the ignore of {what}" in said[0]

    def test_nor_switches_the_rule_off(self, told: Told) -> None:
        write(".layerscope.toml", "secrets = false\n")
        code, statuses, notices = told()
        assert (code, statuses["secrets"]) == (1, "FAIL")
        assert notices == [
            ".layerscope.toml: secrets = false does not count: only --config FILE or the command line can say so"
        ]

    def test_nor_hides_one_that_is_forbidden(self, told: Told) -> None:
        write(".layerscope.toml", IGNORE.format("/app"))
        assert told("--forbid", "LS801", "--secrets", "off")[1]["forbid"] == "FAIL"

    @pytest.mark.parametrize("what", ["secrets", "LS8"])
    def test_whoever_is_trusted_does(self, what: str, told: Told) -> None:
        assert told("--ignore", f"{what}=dummies", "--max-size", "1GB")[0] == 0
        write("../trusted/gate.toml", "max-size = '1GB'\n" + IGNORE.format(what))
        assert told("--config", "../trusted/gate.toml")[0] == 0

    def test_what_else_an_ignore_of_the_checkout_covers_is_still_covered(self, told: Told) -> None:
        write(".layerscope.toml", "max-waste = 0\n" + IGNORE.format("/root"))
        assert "the ignore of /root covers 40 kB (trust me)" in told()[2][0]

    def test_locked_counts_only_where_it_is_trusted(self, told: Told) -> None:
        write(".layerscope.toml", "locked = true\nmax-size = 1\n")
        code, statuses, notices = told()
        assert (code, statuses["max-size"]) == (1, "FAIL")
        assert notices == [".layerscope.toml: locked does not count: only --config FILE or the command line can say so"]


@pytest.mark.parametrize("format", ["text", "json", "sarif", "junit", "github", "gitlab"])
def test_a_refusal_is_told_whatever_the_format(format: str, image: str, capsys: pytest.CaptureFixture[str]) -> None:
    write("../trusted/gate.toml", "max-size = '1GB'\nsecrets = false\n")
    write(".layerscope.toml", "max-size = '2GB'\n" + IGNORE.format("/\\u001b[31m"))
    assert main(["check", image, "--config", "../trusted/gate.toml", "--format", format]) == 0
    streams = capsys.readouterr()
    said = streams.out + streams.err
    assert "max-size does not count beside ../trusted/gate.toml" in said
    assert said.count("does not count beside") == said.count("x1b[31m does not count") * 2 >= 2
    assert "\x1b" not in said


def test_settings_of_a_table_are_trusted_until_somebody_says_that_they_are_the_checkouts() -> None:
    found = from_table({"ignore": [{"what": "LS8", "reason": "x"}]}, "gate.toml")
    assert [item.of_checkout for item in Settings().under(found).ignore] == [False]
