r"""Which of many globs a path matches first, at a cost per directory instead of per file and glob.

The globs are those of the catalogue: ``*`` and ``?`` stay within a name, ``[…]`` is a class, ``**`` stands for any number of
directories (as the last part: for everything below), and ``{a,b}`` for either text. A glob with no slash but the leading one
is anchored at the root, like every other.

All globs together form one trie over path components. :class:`Matcher` walks it as an automaton whose states are sets of
trie nodes, built when a directory first needs them: a directory costs one dictionary lookup once a sibling of the same shape
was seen, and a file costs a lookup of its name and of its suffix in the tables of its directory's state.
"""

import re
from collections.abc import Iterable, Sequence

_NEVER = 1 << 30
_BRACES = re.compile(r"\{([^{}]*)\}")
_WILD = re.compile(r"[*?\[]")
_CLASS = re.compile(r"\[([!^]?)([^\]]+)\]")


def alternatives(glob: str) -> list[str]:
    """Every glob that the ``{a,b}`` groups of ``glob`` stand for, in order; groups may nest."""
    group = _BRACES.search(glob)
    if group is None:
        return [glob]
    found: dict[str, None] = {}
    for choice in group[1].split(","):
        found.update(dict.fromkeys(alternatives(glob[: group.start()] + choice + glob[group.end() :])))
    return list(found)


def specificity(glob: str) -> tuple[int, int]:
    """How much a glob says: characters that must be there literally, then its length. The larger one wins."""
    return len(re.sub(r"\[[^\]]*\]|[*?]", "", glob)), len(glob)


def literally(path: str) -> str:
    """A glob that matches just this path."""
    return re.sub(r"[*?\[]", r"[\g<0>]", path)


def name_pattern(glob: str) -> str:
    """The regular expression of a glob for one name (no slash, no braces), without anchors."""
    parts: list[str] = []
    position = 0
    while position < len(glob):
        character = glob[position]
        bracket = _CLASS.match(glob, position) if character == "[" else None
        if bracket:
            allowed = re.escape(bracket[2]).replace("\\-", "-")
            parts.append(f"[^{allowed}]" if bracket[1] else f"[{allowed}]")
            position = bracket.end()
            continue
        parts.append({"*": ".*", "?": "."}.get(character) or re.escape(character))
        position += 1
    return "".join(parts)


def _compiled(glob: str) -> re.Pattern[bytes]:
    return re.compile(_bytes(name_pattern(glob)) + rb"\Z", re.DOTALL)


def _bytes(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # a lone surrogate that no undecodable byte stands for: JSON can write one
        return text.encode("utf-8", "surrogatepass")


class _Node:
    """A position in the globs: what may follow it as a directory, and which names end a glob here."""

    __slots__ = ("anything", "deep", "globs", "literals", "loops", "names", "suffixes", "wild")

    def __init__(self, loops: bool = False) -> None:
        self.loops = loops
        self.literals: dict[bytes, _Node] = {}
        self.wild: dict[str, tuple[re.Pattern[bytes], _Node]] = {}
        self.deep: _Node | None = None
        self.anything = _NEVER
        self.names: dict[bytes, int] = {}
        self.suffixes: list[tuple[bytes, int]] = []
        self.globs: list[tuple[re.Pattern[bytes], int]] = []

    def child(self, part: str) -> "_Node":
        """The node that a directory component of a glob leads to."""
        if part == "**":
            if self.loops:
                return self
            if self.deep is None:
                self.deep = _Node(loops=True)
            return self.deep
        if _WILD.search(part):
            if part not in self.wild:
                self.wild[part] = (_compiled(part), _Node())
            return self.wild[part][1]
        return self.literals.setdefault(_bytes(part), _Node())

    def end(self, part: str, order: int) -> None:
        """Notes that a glob ends here with the file name ``part``; the first of several equal globs wins."""
        if part in ("*", "**"):
            self.anything = min(self.anything, order)
        elif not _WILD.search(part):
            self.names.setdefault(_bytes(part), order)
        elif part.startswith("*.") and not _WILD.search(part[1:]):
            self.suffixes.append((_bytes(part[1:]), order))
        else:
            self.globs.append((_compiled(part), order))


class State:
    """What the globs still ask of the names in one directory.

    ``whole`` is the number of the glob that takes every name of this directory and of all below it, -1 when none does.
    """

    __slots__ = ("_by_name", "_globs", "_names", "_nodes", "_suffixes", "anything", "whole")

    def __init__(self, nodes: frozenset[_Node], closed: int) -> None:
        """``closed``: globs numbered below it shut out all others in what they take whole."""
        self._nodes = nodes
        self._by_name: dict[bytes, State] = {}
        best = self.anything = min((node.anything for node in nodes), default=_NEVER)
        self._names: dict[bytes, int] = {}
        suffixes: dict[bytes, list[tuple[int, bytes]]] = {}
        for node in nodes:
            for name, order in node.names.items():
                if order < min(best, self._names.get(name, _NEVER)):
                    self._names[name] = order
            for suffix, order in node.suffixes:
                if order < best:
                    suffixes.setdefault(suffix[suffix.rindex(b".") + 1 :], []).append((order, suffix))
        self._suffixes = {last: sorted(found) for last, found in suffixes.items()}
        self._globs = sorted(
            ((order, pattern) for node in nodes for pattern, order in node.globs if order < best), key=lambda pair: pair[0]
        )
        stays = best < closed and any(node.loops and node.anything == best for node in nodes)
        self.whole = best if stays and not (self._names or self._suffixes or self._globs) else -1

    def directory(self, name: bytes, states: "_States") -> "State":
        """The state of the directory ``name`` inside this one."""
        known = self._by_name.get(name)
        if known is None:
            known = self if self.whole >= 0 else states.of(_after(self._nodes, name))
            self._by_name[name] = known
        return known

    def find(self, name: bytes) -> int:
        """The number of the first glob that takes the file ``name`` of this directory, -1 when none does."""
        best = self.anything
        order = self._names.get(name)
        if order is not None and order < best:
            best = order
        for order, suffix in self._suffixes.get(name.rpartition(b".")[2], ()):
            if order < best and name.endswith(suffix):
                best = order
        for order, pattern in self._globs:
            if order > best:
                break
            if pattern.match(name):
                best = order
                break
        return best if best != _NEVER else -1


class _States:
    """The states that were needed so far: one for each set of nodes."""

    def __init__(self, closed: int) -> None:
        self._closed = closed
        self._known: dict[frozenset[_Node], State] = {}

    def of(self, nodes: frozenset[_Node]) -> State:
        """The state of a set of nodes."""
        known = self._known.get(nodes)
        if known is None:
            known = self._known[nodes] = State(nodes, self._closed)
        return known


def _after(nodes: Iterable[_Node], name: bytes) -> frozenset[_Node]:
    """The nodes that the directory ``name`` leads to."""
    found: set[_Node] = set()
    for node in nodes:
        if node.loops:
            found.add(node)
        following = node.literals.get(name)
        if following is not None:
            found.add(following)
        for pattern, next_node in node.wild.values():
            if pattern.match(name):
                found.add(next_node)
    return frozenset(_with_deep(found))


def _with_deep(nodes: set[_Node]) -> set[_Node]:
    """The nodes, and those that ``**`` reaches from them over no directory at all."""
    pending = list(nodes)
    while pending:
        deep = pending.pop().deep
        if deep is not None and deep not in nodes:
            nodes.add(deep)
            pending.append(deep)
    return nodes


class Matcher:
    """Globs in order, the strongest first; a glob is known by its number.

    ``globs`` have no braces left. The first ``closed`` of them shut out all others in the directories that they take whole,
    so that nothing below needs to be looked at.
    """

    def __init__(self, globs: Sequence[str], closed: int = 0) -> None:
        start = _Node()
        for order, glob in enumerate(globs):
            node = start
            *directories, last = glob.lstrip("/").split("/")
            for part in directories:
                node = node.child(part)
            (node.child("**") if last == "**" else node).end(last, order)
        self._states = _States(closed)
        self.root = self._states.of(frozenset(_with_deep({start})))

    def inside(self, state: State, name: bytes) -> State:
        """The state of the directory ``name`` in a directory of the given state."""
        return state.directory(name, self._states)

    def find(self, path: bytes) -> int:
        """The number of the first glob that takes the file at ``path``, -1 when none does."""
        *directories, name = path.split(b"/")
        state = self.root
        for directory in directories:
            state = self.inside(state, directory)
        return state.find(name)
