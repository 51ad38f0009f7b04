"""Packages that a person asked for by name, as the history has the words."""

import pytest

from layerscope.history.installs import asked_packages
from layerscope.history.instructions import Instruction


def names(text: str, keyword: str = "RUN") -> list[str]:
    instruction = Instruction(index=0, keyword=keyword, text=f"{keyword} {text}", raw=text)
    return [asked.name for asked in asked_packages((instruction,))]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("apt-get update && apt-get install -y redis-server tini", ["redis-server", "tini"]),
        ("apt-get install -y --no-install-recommends nginx=1.22.1-9 libpq5:amd64 curl/bookworm", ["nginx", "libpq5", "curl"]),
        ("set -eux; apt-get -qq -o Dpkg::Use-Pty=0 install -t bookworm-backports git; rm -rf /var/lib/apt/lists/*", ["git"]),
        ("DEBIAN_FRONTEND=noninteractive apt install -y tzdata", ["tzdata"]),
        ("sudo /usr/bin/apt-get install -y 'g++' libstdc++6 >/dev/null", ["g++", "libstdc++6"]),
        ("apt-get install -y \\ nginx \\ php-fpm", ["nginx", "php-fpm"]),
        ("apk add --no-cache --virtual .build-deps gcc musl-dev && apk add 'libpq>15'", ["gcc", "musl-dev", "libpq"]),
        ("microdnf -y --nodocs install httpd mod_ssl && yum -y install python3.11", ["httpd", "mod_ssl", "python3.11"]),
        ('if [ -n "$X" ]; then apt-get install -y jq; fi', ["jq"]),
        ("curl -sO https://example.org/a.deb && apt-get install -y ./wkhtmltox_0.12.6-1_amd64.deb", ["wkhtmltox"]),
    ],
)
def test_the_words_of_package_managers_are_packages(text: str, wanted: list[str]) -> None:
    assert names(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "apt-get update",
        "apt-get install -y $DEPS ${MORE}",
        "apt-get install -y exim4-",
        "echo apt-get install vim",
        "apt-get purge gcc",
    ],
)
def test_what_a_variable_stands_for_is_left_alone_as_are_other_commands(text: str) -> None:
    assert names(text) == []


def test_only_run_installs_and_the_command_is_remembered() -> None:
    assert names("apt-get install -y curl", "LABEL") == []
    instruction = Instruction(index=0, keyword="RUN", text="RUN apk add curl", raw="")
    assert asked_packages((instruction,))[0].command == "apk add"
