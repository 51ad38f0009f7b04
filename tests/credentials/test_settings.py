"""Credentials by the names of the settings that have them, in all the ways in which settings are written."""

import pytest

from layerscope.credentials.quoting import WORD
from layerscope.credentials.settings import keyword_of, listed_until, setting_before, spans_by_name

SECRET = "Zk4v" + "Pq9wLm"


def found(text: str) -> list[tuple[str, str]]:
    return [(span.name, text[span.start : span.end]) for span in spans_by_name(text)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("DB_PASSWORD={}", "DB_PASSWORD"),
        ("db.password = '{}'", "db.password"),
        ('{{"api-key": "{}"}}', "api-key"),
        ('"{{\\"token\\": \\"{}\\"}}"', "token"),
        ("secret: {}\nuser: joe", "secret"),
        ("password => '{}',", "password"),
        ("run --api-key {} --verbose", "api-key"),
        ('["run", "--token", "{}"]', "token"),
        ("<password>{}</password>", "password"),
        ("ENV DB_PASSWORD {}", "DB_PASSWORD"),
        ("/bin/sh -c #(nop) ENV DB_PASSWORD={}", "DB_PASSWORD"),
        (WORD + "--password={}" + WORD + "next", "password"),
    ],
)
def test_a_value_is_found_behind_its_name(text: str, name: str) -> None:
    assert found(text.format(SECRET)) == [(name, SECRET)]


def test_a_value_ends_with_its_quotes_its_word_or_its_list() -> None:
    assert found(f"PASSWORD='{SECRET} and more' x") == [("PASSWORD", f"{SECRET} and more")]
    assert found(f"PASSWORD={SECRET}; next") == [("PASSWORD", SECRET)]
    assert found(f"ENV PASSWORD={SECRET} with spaces USER=joe") == [("PASSWORD", f"{SECRET} with spaces")]
    assert found(f'sh -c "PASSWORD={SECRET} run"') == [("PASSWORD", SECRET)]


def test_a_header_goes_on_behind_the_name_of_its_scheme() -> None:
    assert found(f"curl -H 'Authorization: Bearer {SECRET}' x") == [("Authorization", f"Bearer {SECRET}")]
    assert found(f"Authorization: Basic {SECRET} x")[0][1].endswith(SECRET)


@pytest.mark.parametrize(
    "text", ["PASSWORD=$OTHER", "PASSWORD=/run/secrets/db", "PASSWORD=true", "PASSWORD=", "USER=joe", "x == y"]
)
def test_what_is_no_value_is_left(text: str) -> None:
    assert found(text) == []


def test_a_list_ends_where_its_command_begins() -> None:
    assert listed_until("ENV A=1 B=2") == len("ENV A=1 B=2")
    assert listed_until("|2 A=1 B=2 /bin/sh -c make") == len("|2 A=1 B=2")
    assert listed_until("RUN make") == 0


@pytest.mark.parametrize(("text", "keyword"), [("ENV A=1", "ENV"), ("/bin/sh -c #(nop)  LABEL a=b", "LABEL"), ("RUN x", "")])
def test_the_keyword_of_a_line_of_history(text: str, keyword: str) -> None:
    assert keyword_of(text) == keyword


def test_the_setting_that_a_position_lies_in() -> None:
    assert setting_before("A=1 URL=https://joe:", len("A=1 URL=https://joe:")) == "URL"
    assert setting_before("no setting", 5) == ""
