#!/usr/bin/env python3
"""Counts words and says so on standard error."""
import json
import sys

document = json.load(sys.stdin)


def words(node):
    if isinstance(node, dict):
        return (node.get("t") == "Str") + sum(map(words, node.values()))
    return sum(map(words, node)) if isinstance(node, list) else 0


print(f"{words(document['blocks'])} words", file=sys.stderr)
json.dump(document, sys.stdout)
