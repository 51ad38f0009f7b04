"""Outlines: what files of settings say without their values, whatever their syntax is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerscope.credentials import literal
from layerscope.layers.secret_outline import outline


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("export DB_PASSWORD='hunter2 x'\nPORT=8080\n# TOKEN=abc\n", "DB_PASSWORD=*"),
        ("DATABASE_URL=postgres://u:pw@db/x", "url=*\nDATABASE_URL=*"),
        ("//registry.example.org/:_authToken=npm_abc\nfund=false", "_authToken=*"),
        ("machine example.org login joe password s3cr3t", "password=*"),
        ("https://joe:abc123@example.org", "url=*"),
        ('{"auths":{"https://index.example.org/v1/":{"auth":"am9lOmh1bnRlcjI="}}}', "auth=*"),
        ("users:\n- name: x\n  user:\n    client-key-data: LS0tLS1CRUdJTg==", "client-key-data=*"),
        ("<server><username>joe</username><password>hunter2</password></server>", "username=*\npassword=*"),
        ("-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE=\nabc==\n-----END EC PRIVATE KEY-----", "-----BEGIN EC PRIVATE KEY-----"),
    ],
    ids=["env", "url", "npmrc", "netrc", "git", "json", "yaml", "xml", "pem"],
)
def test_names_stay_and_values_go(content: str, told: str) -> None:
    found = outline(content.encode()).decode().split("\n")
    assert set(told.split("\n")) <= set(found)
    for value in ("hunter2", "pw@", "npm_abc", "s3cr3t", "abc123", "am9l", "LS0t", "MHcC", "abc=="):
        assert all(value not in line for line in found)


def test_key_stores_are_told_in_words() -> None:
    entry = bytes((0, 0, 0, 2)) + b"\0\1a" + bytes(8) + b"\0\5X.509" + bytes((0, 0, 0, 3)) + b"abc"
    store = b"\xfe\xed\xfe\xed" + bytes((0, 0, 0, 2))
    assert outline(store + bytes((0, 0, 0, 1)) + entry) == b"JKS certificates"
    assert outline(store + bytes((0, 0, 0, 2)) + entry + bytes((0, 0, 0, 1)) + bytes(20)) == b"JKS private key"
    assert outline(b"\x30\x82\x0a\x00" + bytes(20)) == b"DER"


def test_what_is_no_value() -> None:
    placeholders = (
        "",
        "''",
        "$TOKEN",
        "${TOKEN}",
        "{{ token }}",
        "<your key>",
        "%TOKEN%",
        "xxxx",
        "****",
        "changeme",
        "API_KEY",
    )
    others = ("your-api-key", "true", "8080", "/run/secrets/db", "./key.pem", "~/.key", "https://host/path")
    for value in (*placeholders, *others):
        assert not literal(value), value
    for value in ("hunter2", "'two words'", "12345", "a/b+c==", "/9j/4AAQSkZJRg==", "postgres://u:p@h/d", "yours"):
        assert literal(value), value


@given(st.binary(max_size=300))
def test_an_outline_is_shorter_than_any_file(content: bytes) -> None:
    assert len(outline(content)) < max(1, len(content))


@pytest.mark.parametrize("evil", ["a", '"', "<a>", "password ", "https://", "a://:", "-----BEGIN A", '"a" : "', "a/", "=\n"])
def test_hostile_files_take_no_longer_than_their_length(evil: str) -> None:
    assert len(outline((evil * (65536 // len(evil))).encode())) < 65536
