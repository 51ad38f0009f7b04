"""Words of texts that are quoted in many ways."""

import pytest

from layerscope.credentials.words import split_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b  c", ["a", "b", "c"]),
        ("a;b|c||d&&e`f", ["a", ";", "b", "|", "c", "||", "d", "&&", "e", "`", "f"]),
        ("a \n b", ["a", "\n", "b"]),
        ("'a b' c", ["'a", "b'", "c"]),
        ('["a","b"]', ['["a"', '"b"]']),
        (r"a\ b", [r"a\ b"]),
        ("", []),
    ],
)
def test_words_end_with_white_space_and_where_commands_do(text: str, words: list[str]) -> None:
    assert [word.text for word in split_words(text)] == words


def test_a_word_knows_the_quote_that_it_begins_in() -> None:
    assert [(word.text, word.quote) for word in split_words("a 'b c' \"d e\x1ff")] == [
        ("a", ""),
        ("'b", ""),
        ("c'", "'"),
        ('"d', ""),
        ("e", '"'),
        ("f", ""),
    ]


def test_the_name_of_a_program_is_without_its_path_and_quotes() -> None:
    names = [word.name for word in split_words("/usr/bin/mysql A=curl 'Docker.EXE' (npm)")]
    assert names == ["mysql", "curl", "docker", "npm"]
