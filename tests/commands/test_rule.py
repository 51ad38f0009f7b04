"""``layerscope rule``: a table of all rules by theme, and a page for each."""

import json
import re

import pytest

from layerscope.__main__ import main
from layerscope.attribution.catalogue import Rule
from layerscope.commands.rule import THEMES, Example, all_rules, example, examples, page, related
from layerscope.dockerfile.read import read

WASTE = {"toolchain", "cache", "source", "intermediate", "docs", "dev-dependency", "any"}
INSTRUCTIONS = {"FROM", "RUN", "COPY", "ADD", "ENV", "ARG", "WORKDIR", "CMD", "ENTRYPOINT"}


def rule(identity: str) -> Rule:
    return next(item for item in all_rules() if item.id == identity)


def section(text: str, heading: str) -> str:
    """What stands below a heading of a page, its lines as they are."""
    return text.partition(f"\n## {heading}\n\n")[2].partition("\n\n## ")[0]


def test_the_table_has_every_rule_below_its_theme(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule"]) == 0
    blocks = capsys.readouterr().out.split("\n\n")
    assert [block[:5] for block in blocks] == [f"LS{theme}xx" for theme in THEMES]
    rows = [line for block in blocks for line in block.strip().split("\n")[1:]]
    assert [row.split()[0] for row in rows] == [item.id for item in all_rules()]
    for block in blocks:
        assert {line[2] for line in block.strip().split("\n")} == {block[2]}


def test_rules_of_the_catalogue_and_of_advice_share_ids_and_names_with_nobody() -> None:
    assert len({item.id for item in all_rules()}) == len({item.name for item in all_rules()}) == len(all_rules())


def test_a_page_says_what_it_is_why_what_to_do_and_where() -> None:
    text = page(rule("LS161"))
    assert text.startswith("LS161 npm\n=========\n\n- Component: npm\n- Category: toolchain, what builds programs\n")
    assert section(text, "Why the program does not need it").startswith("npm installs packages; node runs without it")
    remedy = section(text, "How to remove it")
    assert remedy.index("Instead of\n\n    FROM node:22\n") < remedy.index("write\n\n    FROM node:22 AS build\n")
    assert "Where the image runs npm (it starts one of npm, npx), it is runtime." in " ".join(
        section(text, "When it is needed after all").split()
    )
    where = section(text, "Where")
    assert "    /usr/{,local/}lib/node_modules/npm/**\n" in where
    assert "Also files that a package owns. Nothing below is anything else." in where
    assert "Packages of the operating system: npm, " in where
    assert "Its version: that of the package npm:npm" in where
    assert "- LS162 corepack: Corepack\n" in section(text, "See also")


def test_a_page_tells_of_conditions_and_explains_the_signs_in_globs() -> None:
    obj, sources, cache = (" ".join(section(page(rule(one)), "Where").split()) for one in ("LS359", "LS301", "LS201"))
    assert "Only where one of these lies beside it: *.csproj, " in obj
    assert "** is any number of directories." in obj
    assert "$APP is each directory of the application" in sources
    assert "~ is /root, and every directory in /home." in cache


def test_what_is_no_waste_has_a_page_without_a_remedy() -> None:
    text = page(rule("LS023"))
    assert "## What it is for" in text
    assert "## Why the program does not need it" not in text
    assert "## How to remove it" not in page(rule("LS905"))


@pytest.mark.parametrize("item", all_rules(), ids=lambda item: item.id)
def test_every_rule_has_a_whole_page(item: Rule) -> None:
    text = page(item)
    assert text.startswith(f"{item.id} {item.name}\n")
    assert text.endswith("\n")
    assert all(len(line) <= 100 or line.startswith((" ", "- ")) for line in text.splitlines()), "prose is wrapped"
    assert [heading for heading in re.findall(r"^## (.+)$", text, re.MULTILINE) if not section(text, heading)] == []
    if item.category in WASTE:
        assert example(item).after, "what one writes instead is shown"


def test_examples_are_dockerfiles() -> None:
    for one in examples():
        for text in (one.before, one.after):
            assert {item.keyword for item in read(text).instructions} <= INSTRUCTIONS
        assert one.before != one.after
        assert one.rules or one.categories, "it is an example for something"


def test_an_example_is_of_the_rules_own_ecosystem_where_there_is_one() -> None:
    assert "FROM golang" in example(rule("LS101")).after
    assert "FROM python" in example(rule("LS920")).after
    assert "--mount=type=cache,target=/root/.npm" in example(rule("LS218")).after
    assert "eclipse-temurin:21-jre" in example(rule("LS176")).after
    assert "--mount=type=secret" in example(rule("LS801")).after
    assert example(rule("LS905")) == Example()


def test_related_rules_are_of_the_same_ecosystem_and_theme_first() -> None:
    assert [item.id for item in related(rule("LS201"))][:2] == ["LS202", "LS203"]
    assert {item.ecosystem for item in related(rule("LS191"))} == {"dotnet"}
    assert rule("LS101") not in related(rule("LS101"))


def test_json_has_the_example_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rule", "go-sdk", "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["id"], document["category"], document["claims"]) == ("LS101", "toolchain", "always")
    assert document["example"]["after"].startswith("FROM golang")


@pytest.mark.parametrize(("word", "hint"), [("huggin", "huggingface"), ("npm-cach", "npm-cache"), ("\x1b[31m", "lists them")])
def test_a_rule_that_there_is_not_is_one_line_with_what_is_near(
    word: str, hint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["rule", word]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert hint in told.err
    assert "\x1b" not in told.err
    assert len(told.err.splitlines()) == 1
