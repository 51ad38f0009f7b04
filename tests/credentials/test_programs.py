"""Credentials on the command lines of programs: behind options, in one word with them, as arguments, on their input."""

import pytest

from layerscope.credentials.programs import spans_by_program
from layerscope.credentials.quoting import WORD

SECRET = "Zk4v" + "Pq9wLm"


def given(line: str) -> list[str]:
    """The credentials that programs are given in a line."""
    return [line[span.start : span.end] for span in spans_by_program(line, line.casefold())]


@pytest.mark.parametrize(
    "line",
    [
        "docker login -u joe -p {} registry",
        "docker login --password={} registry",
        "DOCKER LOGIN -P {} registry",
        "/usr/bin/docker.exe login -p '{}' registry",
        'sh -c "docker login -p {} registry"',
        "apt-get update && docker login \\\n -p {} registry",
        '["docker", "login", "-p", "{}"]',
        WORD.join(("", "docker", "login", "-p", "{}", "")),
        "mysql -u root -p{} db",
        "curl -u joe:{} https://example.org",
        "curl -fsSLu joe:{} https://example.org",
        "curl -ujoe:{} https://example.org",
        "openssl enc -k {} -in a",
        "db2 connect to a user joe using {}",
        "elasticsearch-keystore create; influx config create -t {}",
    ],
)
def test_the_value_of_an_option_or_an_argument_is_found_however_the_line_is_quoted(line: str) -> None:
    assert given(line.format(SECRET)) == [SECRET]


@pytest.mark.parametrize(
    "line",
    [
        "echo {} | docker login -u joe --password-stdin",
        "printf {} | docker login --password-stdin",
        "docker login --password-stdin <<< {}",
        "docker login --password-stdin <<EOF\n{}\nEOF\n",
        "(echo {}; echo {}) | passwd root",
    ],
)
def test_what_a_program_reads_from_its_input_is_found(line: str) -> None:
    assert SECRET in given(line.replace("{}", SECRET))


@pytest.mark.parametrize(
    "line",
    [
        "docker login -p $PASSWORD registry",
        "docker login -p --help",
        "docker login -p $(cat secret) registry",
        "docker build; ssh -p 2222 host",
        "curl -u joe https://example.org",
        "openssl rsa -passin env:SECRET -in a",
        "aws ssm get-parameter --value {}",
        "echo {} | tee a; docker login --password-stdin",
        "nothing -p {}",
    ],
)
def test_what_only_looks_like_one_is_left(line: str) -> None:
    assert given(line.format(SECRET)) == []


def test_a_command_ends_where_the_shell_ends_it() -> None:
    assert given(f"docker login; unknown -p {SECRET}") == []
    assert given(f"docker login | unknown -p {SECRET}") == []
    assert given(f"docker login `date` -p {SECRET}") == []
