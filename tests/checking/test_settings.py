"""Settings say what is wrong with them in one line, which names the file and the key."""

from datetime import date
from pathlib import Path

import pytest

from layerscope.checking.files import find_settings
from layerscope.checking.selectors import Selector
from layerscope.checking.settings import read_ignore
from layerscope.core.errors import UsageError


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("max-sise = 1\n", ".layerscope.toml: there is no setting max-sise; perhaps max-size"),
        ("max_size = 1\n", "perhaps max-size"),
        ("zzz = 1\n", "known are lowest-efficiency, "),
        ("max-size = true\n", ".layerscope.toml: max-size has to be a number, a text such as 20MB, or false, not True"),
        ("max-size = [1]\n", "max-size has to be a number"),
        ('max-size = "10%"\n', ".layerscope.toml: max-size: 10% is no size such as 20MB"),
        ("lowest-efficiency = 95\n", "lowest-efficiency: 95 is no number between 0 and 1"),
        ('forbid = ["toolchian"]\n', "perhaps toolchain"),
        ('forbid = ["LS0000"]\n', "LS0000 is no category, rule or component"),
        ("forbid = [1]\n", "forbid has to be a list of texts"),
        ("secrets = 3\n", "secrets has to be on or off"),
        ("against = 3\n", "against has to be a text"),
        ("ignore = 3\n", "ignore has to be tables"),
        ('[[ignore]]\nwhat = "LS403"\n', ".layerscope.toml: ignore 1: LS403 is ignored without a reason; say why"),
        ('[[ignore]]\nreason = "x"\n', "ignore 1: it does not say what to ignore"),
        ('[[ignore]]\nwhat = "LS403"\nreason = "x"\nuntill = 2030-01-01\n', "there is no setting untill; perhaps until"),
        ('[[ignore]]\nwhat = "LS403"\nreason = "x"\nuntil = "soon"\n', "until: soon is no day such as 2030-01-31"),
        ('[[ignore]]\nwhat = "nonsense"\nreason = "x"\n', "nonsense is no category, rule or component"),
        ("x = \n", ".layerscope.toml is no TOML"),
        ("x = " + "[" * 5000, ".layerscope.toml is no TOML"),
    ],
)
def test_what_is_wrong_names_file_and_key(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / ".layerscope.toml").write_text(text)
    with pytest.raises(UsageError) as error:
        find_settings(tmp_path)
    assert says in error.value.line()
    assert "\n" not in error.value.line()


class TestIgnoresOfTheCommandLine:
    def test_with_a_reason_and_a_last_day(self) -> None:
        found = read_ignore("LS403=vendored, on purpose,until=2030-01-31", "--ignore")
        assert (found.selector.text, found.reason, found.until) == ("LS403", "vendored, on purpose", date(2030, 1, 31))
        assert read_ignore("/srv/**=kept", "--ignore").until is None
        assert read_ignore("max-size=next week", "--ignore").selector == Selector("check", "max-size", "max-size")

    @pytest.mark.parametrize("text", ["LS403", "LS403=", "=x", "LS403=x,until=tomorrow", "LS403=,until=2030-01-31"])
    def test_without_it_is_one_line(self, text: str) -> None:
        with pytest.raises(UsageError, match="--ignore"):
            read_ignore(text, "--ignore")

    def test_the_last_day_still_counts(self) -> None:
        found = read_ignore("LS403=x,until=2030-01-31", "--ignore")
        assert not found.expired(date(2030, 1, 31))
        assert found.expired(date(2030, 2, 1))
