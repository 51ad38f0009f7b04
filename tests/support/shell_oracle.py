"""The names of the commands of a shell script: as layerscope reads them, and as tree-sitter does."""

from collections.abc import Iterator

import tree_sitter_bash
from tree_sitter import Language, Node, Parser

from layerscope.start.shell.syntax import parse
from layerscope.start.shell.tree import Gap, Simple, Text

_PARSER = Parser(Language(tree_sitter_bash.language()))
_KEYWORDS = {"declare", "typeset", "export", "readonly", "local", "unset", "unsetenv", "[", "[[", "let"}
"""Commands that tree-sitter takes for syntax."""


def gap(script: str) -> Gap | None:
    """What of a script cannot be read."""
    commands = parse(script)
    return commands[-1].command if commands and isinstance(commands[-1].command, Gap) else None


def own_names(script: str) -> set[str]:
    """The plain names of the commands that layerscope reads."""
    return {name for name in _own_names(parse(script)) if name not in _KEYWORDS}


def _own_names(item: object) -> Iterator[str]:
    """The names in any piece of a script's tree: tuples and structs are gone through."""
    if isinstance(item, Simple) and item.words and all(isinstance(part, Text) for part in item.words[0]):
        yield "".join(part.text for part in item.words[0] if isinstance(part, Text))
    if isinstance(item, tuple):
        for inner in item:
            yield from _own_names(inner)
    elif hasattr(item, "word"):
        yield from _own_names(item.word)


def oracle_names(script: str) -> set[str] | None:
    """The plain names of the commands that tree-sitter reads; None where it does not read the whole script."""
    root = _PARSER.parse(script.encode("utf-8", "surrogateescape")).root_node
    return None if root.has_error else {name for name in _oracle_names(root) if name not in _KEYWORDS}


def _oracle_names(root: Node) -> Iterator[str]:
    pending = [root]
    while pending:
        node = pending.pop()
        pending += node.children
        if node.type == "command_name" and (name := _plain(node.children[0])) is not None:
            yield name


def _plain(node: Node) -> str | None:
    text = (node.text or b"").decode("utf-8", "surrogateescape").replace("\\\n", "")
    if node.type in ("word", "number") and not node.named_children:
        return None if set(text) & set("*?[\\{") else text
    if node.type == "raw_string":
        return text[1:-1]
    if node.type == "string" and all(child.type == "string_content" for child in node.named_children) and "\\" not in text:
        return text[1:-1]
    return None
