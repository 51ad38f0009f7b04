"""Settings: where they lie, which of them win, and what is wrong with them in one line."""

from pathlib import Path

import pytest

from layerscope.checking.files import defaults, find_settings, read_dive
from layerscope.checking.model import Limit
from layerscope.checking.settings import Settings, from_table
from layerscope.core.errors import UsageError


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory in a repository."""
    (tmp_path / ".git").mkdir()
    place = tmp_path / "services" / "shop"
    place.mkdir(parents=True)
    return place


def limits(settings: Settings) -> dict[str, object]:
    return {key: setting.limit.value if setting.limit else None for key, setting in settings.limits.items()}


class TestWhichWins:
    def test_each_file_over_the_one_before(self, place: Path) -> None:
        root = place.parents[1]
        (root / ".dive-ci").write_text("rules:\n  lowestEfficiency: 0.91\n  highestWastedBytes: 1MB\n")
        assert limits(find_settings(place))["lowest-efficiency"] == 0.91
        (root / "pyproject.toml").write_text('[tool.layerscope]\nlowest-efficiency = 0.92\nmax-size = "2MB"\n')
        assert limits(find_settings(place))["lowest-efficiency"] == 0.92
        (root / ".layerscope.toml").write_text("lowest-efficiency = 0.93\n")
        assert limits(find_settings(place))["lowest-efficiency"] == 0.93
        named = place / "strict.toml"
        named.write_text("lowest-efficiency = 0.94\n")
        found = find_settings(place, named)
        assert limits(found) == {
            "lowest-efficiency": 0.94,
            "highest-wasted-bytes": 1_000_000,
            "highest-user-wasted-percent": 0.1,
            "max-size": 2_000_000,
        }
        assert found.limits["lowest-efficiency"].origin == "strict.toml"
        assert found.limits["max-size"].origin == "../../pyproject.toml [tool.layerscope]"

    def test_the_nearest_of_each_kind(self, place: Path) -> None:
        (place.parent / ".layerscope.toml").write_text("max-size = 1\n")
        (place.parents[1] / ".layerscope.toml").write_text("max-size = 2\n")
        assert limits(find_settings(place)) == {"max-size": 1}

    def test_a_project_file_without_our_table_is_passed_by(self, place: Path) -> None:
        (place / "pyproject.toml").write_text("[tool.other]\nx = 1\n")
        (place.parents[1] / "pyproject.toml").write_text("[tool.layerscope]\nmax-size = 3\n")
        assert limits(find_settings(place)) == {"max-size": 3}

    def test_nothing_above_the_repository(self, place: Path) -> None:
        (place / ".git").mkdir()
        (place.parent / ".layerscope.toml").write_text("max-size = 1\n")
        assert limits(find_settings(place)) == {}

    def test_outside_of_a_repository_only_the_directory_itself(self, tmp_path: Path) -> None:
        inner = tmp_path / "inner"
        inner.mkdir()
        (tmp_path / ".layerscope.toml").write_text("max-size = 1\n")
        assert limits(find_settings(inner)) == {}
        assert limits(find_settings(tmp_path)) == {"max-size": 1}

    def test_only_the_named_one_when_nothing_is_looked_for(self, place: Path) -> None:
        (place / ".layerscope.toml").write_text("max-size = 1\n")
        assert limits(find_settings(place, discover=False)) == {}

    def test_what_is_forbidden_and_ignored_adds_up(self, place: Path) -> None:
        (place / ".layerscope.toml").write_text('forbid = ["toolchain"]\n')
        named = place / "more.toml"
        named.write_text('forbid = "LS8, cache"\n[[ignore]]\nwhat = "LS403"\nreason = "known"\n')
        found = find_settings(place, named)
        assert [item.selector.text for item in found.forbid] == ["toolchain", "LS8", "cache"]
        assert [item.reason for item in found.ignore] == ["known"]

    def test_a_rule_can_be_switched_off_above(self, place: Path) -> None:
        (place / ".dive-ci").write_text("rules:\n  lowestEfficiency: 0.95\n")
        (place / ".layerscope.toml").write_text("lowest-efficiency = false\n")
        assert limits(find_settings(place))["lowest-efficiency"] is None


class TestDefaults:
    def test_dives_where_nobody_says_anything(self) -> None:
        found = defaults(Settings())
        assert limits(found) == {"lowest-efficiency": 0.9, "highest-wasted-bytes": None, "highest-user-wasted-percent": 0.1}
        assert found.secrets == (True, "default")

    def test_none_of_dives_where_a_rule_is_set(self) -> None:
        assert limits(defaults(from_table({"max-size": 1}, "x"))) == {"max-size": 1}
        assert limits(defaults(from_table({"forbid": ["cache"]}, "x"))) == {}

    def test_an_ignore_is_no_rule(self) -> None:
        table = {"ignore": [{"what": "LS403", "reason": "known"}], "secrets": False}
        assert set(limits(defaults(from_table(table, "x")))) == {
            "lowest-efficiency",
            "highest-wasted-bytes",
            "highest-user-wasted-percent",
        }


class TestDivesFile:
    def test_the_rules_of_its_documentation(self) -> None:
        """The three rules that dive's documentation shows, with comments between them."""
        text = "rules:\n  # a ratio\n  lowestEfficiency: 0.95\n\n  highestWastedBytes: 20MB\n  highestUserWastedPercent: 0.20\n"
        found = read_dive(text, ".dive-ci")
        assert {key: setting.limit for key, setting in found.limits.items()} == {
            "lowest-efficiency": Limit(0.95, "ratio"),
            "highest-wasted-bytes": Limit(20_000_000, "bytes"),
            "highest-user-wasted-percent": Limit(0.2, "ratio"),
        }
        assert found.notices == ()

    def test_what_dive_passes_by_is_passed_by_and_said(self) -> None:
        text = "plugins:\n  - plugin1\nrules:\n  lowestEfficiency: 0.95\n  highestWastedBytes: 20Mb\n  plugin1/rule1: error\n"
        found = read_dive(text, ".dive-ci")
        assert limits(found) == {
            "lowest-efficiency": 0.95,
            "highest-wasted-bytes": 20_000_000,
            "highest-user-wasted-percent": 0.1,
        }
        assert found.notices == (
            ".dive-ci: plugins is ignored, as dive does",
            ".dive-ci: rules.plugin1/rule1 is no rule of dive's, and ignored",
        )

    @pytest.mark.parametrize("value", ["disabled", "off", "Off", "false", "'false'", '""', "''"])
    def test_what_switches_off(self, value: str) -> None:
        assert limits(read_dive(f"rules:\n  lowestEfficiency: {value}\n", "f"))["lowest-efficiency"] is None

    @pytest.mark.parametrize("text", ["", "rules:\n", "rules: {}\n", "rules:\n  lowestEfficiency:\n", "# nothing\n"])
    def test_what_it_does_not_say_has_dives_default(self, text: str) -> None:
        assert limits(read_dive(text, "f")) == {
            "lowest-efficiency": 0.9,
            "highest-wasted-bytes": None,
            "highest-user-wasted-percent": 0.1,
        }

    @pytest.mark.parametrize(
        ("text", "says"),
        [
            ("rules:\n  lowestEfficiency: 1.1\n", "f: rules.lowestEfficiency: 1.1 is no number between 0 and 1"),
            ("rules:\n  lowestEfficiency: 95%\n", "95% is no number between 0 and 1"),
            ("rules:\n  highestWastedBytes: not_a_size\n", "not_a_size is no size such as 20MB"),
            ("rules:\n  highestUserWastedPercent: no\n", "rules.highestUserWastedPercent: no is no number"),
            ("rules:\n  lowestEfficiency: [1]\n", "rules.lowestEfficiency has to be a number or a text"),
            ("rules: 3\n", "f: rules has to be a mapping"),
            ("- 1\n", "f has to be a mapping"),
            ("rules: [", "f is no YAML"),
            ("a: !!python/object/apply:os.system [x]\nrules: {lowestEfficiency: 2}", "lowestEfficiency: 2 is no number"),
        ],
    )
    def test_what_is_wrong_is_one_line(self, text: str, says: str) -> None:
        with pytest.raises(UsageError) as error:
            read_dive(text, "f")
        assert says in error.value.line()
        assert error.value.exit_code == 2


def test_a_link_that_leads_out_of_the_repository_is_not_read(place: Path) -> None:
    """What YAML says of a line that it does not understand shows that line."""
    (place.parents[2] / "credentials").write_text("max-size = 1\n")
    (place / ".layerscope.toml").symlink_to(place.parents[2] / "credentials")
    (place / ".dive-ci").symlink_to("/proc/self/environ")
    (place.parents[1] / "real.toml").write_text("[tool.layerscope]\nmax-waste = 5\n")
    (place / "pyproject.toml").symlink_to("../../real.toml")
    found = find_settings(place)
    assert limits(found) == {"max-waste": 5}
    assert [line.partition(" is not read: it is a link that leads out")[0] for line in found.refused] == [
        ".dive-ci",
        ".layerscope.toml",
    ]


def test_a_named_file_of_dives_is_read_as_such(tmp_path: Path) -> None:
    named = tmp_path / "gate.yaml"
    named.write_text("rules:\n  highestWastedBytes: 5MB\n")
    assert limits(find_settings(tmp_path, named))["highest-wasted-bytes"] == 5_000_000


def test_a_named_project_file_has_to_have_our_table(tmp_path: Path) -> None:
    named = tmp_path / "pyproject.toml"
    named.write_text("[project]\n")
    with pytest.raises(UsageError, match=r"has no table \[tool.layerscope\]"):
        find_settings(tmp_path, named, discover=False)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#" * (1024 * 1024 + 1)])
def test_a_file_that_is_no_settings_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / ".layerscope.toml").write_bytes(content)
    with pytest.raises(UsageError, match=r"UTF-8|too large"):
        find_settings(tmp_path)


def test_a_key_of_a_hundred_thousand_parts_keeps_nobody_waiting(place: Path) -> None:
    (place / ".layerscope.toml").write_text("a" + ".a" * 100_000 + " = 1\n")
    with pytest.raises(UsageError, match="a key has more than 50 parts"):
        find_settings(place)
