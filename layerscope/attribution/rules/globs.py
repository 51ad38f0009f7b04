r"""Which of many globs a path matches first, at a cost per directory instead of per file and glob.

The globs are those of the catalogue: ``*`` and ``?`` stay within a name, ``[…]`` is a class, ``**`` stands for any number of
directories (as the last part: for everything below), and ``{a,b}`` for either text. A glob with no slash but the leading one
is anchored at the root, like every other; one that begins with a name that is told (``~``) in each of its places.

All globs together form one net of nodes over path components. :class:`Matcher` walks it as an automaton whose states are sets
of nodes, built when a directory first needs them: a directory costs one dictionary lookup once a sibling of the same name or
of a name that no glob asks for was seen, and a file costs a lookup of its name.

A glob may have a condition on the directory that its first ``**`` ends in. Then what follows in the glob sleeps, and is woken
in those directories of which the walk is told that they meet the condition.
"""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from layerscope.attribution.rules.patterns import WILD, NameGlob, alternatives, name_glob
from layerscope.core.names import path_bytes

_NEVER = 1 << 30
_MOST_ANSWERS = 50_000
"""Names whose answers a directory's view remembers."""


class _Ends:
    """The names that end a glob at a node, by what they look like, each with its glob's number."""

    __slots__ = ("anything", "globs", "names", "suffixes")

    def __init__(self, ends: Iterable[tuple[str, int]]) -> None:
        self.anything: list[int] = []
        self.names: list[tuple[bytes, int]] = []
        self.suffixes: list[tuple[bytes, int]] = []
        self.globs: list[tuple[NameGlob, int]] = []
        for part, order in ends:
            if part in ("*", "**"):
                self.anything.append(order)
            elif not WILD.search(part):
                self.names.append((path_bytes(part), order))
            elif part.startswith("*.") and not WILD.search(part, 1):
                self.suffixes.append((path_bytes(part[1:]), order))
            else:
                self.globs.append((name_glob(part), order))


class _Node:
    """A position in the globs: what may follow it as a directory, and which names end a glob here."""

    __slots__ = ("_closure", "_ends", "_own", "_raw", "deep", "literals", "loops", "sleeping", "wakes", "wild")

    def __init__(self, loops: bool = False, wakes: "tuple[int, _Node] | None" = None) -> None:
        self.loops = loops
        self.wakes = wakes
        self.deep: _Node | None = None
        self.sleeping: dict[int, _Node] | None = None
        self.literals: dict[bytes, list[_Node]] | None = None
        self.wild: list[tuple[NameGlob, _Node]] | None = None
        self._own: dict[str, _Node] | None = None
        self._raw: list[tuple[str, int]] | None = None
        self._ends: _Ends | None = None
        self._closure: frozenset[_Node] | None = None

    def child(self, part: str) -> "_Node":
        """The node that a directory component of a glob leads to."""
        if part == "**":
            if self.loops:
                return self
            if self.deep is None:
                self.deep = _Node(loops=True)
            return self.deep
        if self._own is None:
            self._own = {}
        known = self._own.get(part)
        if known is None:
            known = self._own[part] = _Node()
            for name in alternatives(part) if "{" in part else (part,):
                self.lead(name, known)
        return known

    def lead(self, part: str | bytes, node: "_Node") -> None:
        """Has a directory's name lead to ``node`` as well: bytes are the name itself, a text is a glob."""
        if isinstance(part, str) and WILD.search(part):
            self.wild = [*(self.wild or ()), (name_glob(part), node)]
            return
        if self.literals is None:
            self.literals = {}
        self.literals.setdefault(part if isinstance(part, bytes) else path_bytes(part), []).append(node)

    def sleeper(self, condition: int) -> "_Node":
        """The node after a ``**`` that ends only in directories of which a bit of ``condition`` is told."""
        if self.sleeping is None:
            self.sleeping = {}
        if condition not in self.sleeping:
            self.sleeping[condition] = _Node(loops=True, wakes=(condition, _Node()))
        _, woken = self.sleeping[condition].wakes or (0, self)
        return woken

    def end(self, part: str, order: int) -> None:
        """Notes that a glob ends here with the file name ``part``."""
        if self._raw is None:
            self._raw = []
        self._raw.append((part, order))

    def ends(self) -> _Ends | None:
        """The names that end a glob here, None when there are none."""
        if self._ends is None and self._raw is not None:
            self._ends = _Ends(self._raw)
        return self._ends

    def closure(self) -> frozenset["_Node"]:
        """This node, and those that ``**`` reaches from it over no directory at all."""
        if self._closure is None:
            nodes = {self}
            for deep in (self.deep, *(self.sleeping or {}).values()):
                if deep is not None:
                    nodes |= deep.closure()
            self._closure = frozenset(nodes)
        return self._closure


class View(dict[bytes, int]):
    """The number of the first glob, in one order of them, that takes the file of each name in a directory; -1 for none.

    Names that were not asked for are looked up. ``whole`` is the number of the glob that takes every name of this directory and
    of all below it, -1 when none does; ``same`` is the answer for all names, None where they differ; ``rest`` the answer for
    all names but those that are in the view from the start, None where others differ too.
    """

    __slots__ = ("_anywhere", "_best", "_globs", "_names", "_suffixes", "rest", "same", "whole")

    def __init__(self, ends: Iterable[tuple[bool, _Ends]], ranks: Sequence[int], closed: int, anywhere: "View | None") -> None:
        """``ends`` end globs here, those with True also in all directories below; ``anywhere`` answers for what is not among
        them. ``ranks`` are the globs' numbers in this order by their own, -1 for those that do not count. Globs numbered below
        ``closed`` shut out all others in what they take whole."""
        super().__init__()
        anything = [(rank, loops) for loops, found in ends for order in found.anything if (rank := ranks[order]) >= 0]
        best, loops = min(anything, default=(_NEVER, False))
        self._anywhere = anywhere
        self._best = best
        self._names: dict[bytes, int] = {}
        suffixes: dict[bytes, list[tuple[int, bytes]]] = {}
        globs: list[tuple[int, NameGlob]] = []
        for _, found in ends:
            for name, order in found.names:
                if 0 <= ranks[order] < min(best, self._names.get(name, _NEVER)):
                    self._names[name] = ranks[order]
            for suffix, order in found.suffixes:
                if 0 <= ranks[order] < best:
                    suffixes.setdefault(suffix[suffix.rindex(b".") + 1 :], []).append((ranks[order], suffix))
            globs += ((ranks[order], glob) for glob, order in found.globs if 0 <= ranks[order] < best)
        self._suffixes = {last: sorted(found) for last, found in suffixes.items()}
        self._globs = sorted(globs, key=itemgetter(0))
        others = [
            best,
            *self._names.values(),
            *(rank for found in suffixes.values() for rank, _ in found),
            *(r for r, _ in globs),
        ]
        below = anywhere.same if anywhere is not None else -1
        self.same: int | None = None
        if len(others) == 1 and below is not None:
            self.same = min((order for order in (best, below) if 0 <= order < _NEVER), default=-1)
        if anywhere is not None:
            self.whole: int = anywhere.whole if anywhere.whole < min(others) else -1
        else:
            self.whole = best if best < closed and loops and len(others) == 1 else -1
        self.rest: int | None = None
        if anywhere is None and not (suffixes or globs):
            self.rest = best if best != _NEVER else -1
            self.update(self._names)

    def __missing__(self, name: bytes) -> int:
        best = self._names.get(name, self._best)
        if self._anywhere is not None and 0 <= (known := self._anywhere[name]) < best:
            best = known
        for order, suffix in self._suffixes.get(name.rpartition(b".")[2], ()):
            if order < best and name.endswith(suffix):
                best = order
        for order, glob in self._globs:
            if order > best:
                break
            if glob.takes(name):
                best = order
                break
        answer = best if best != _NEVER else -1
        if len(self) < _MOST_ANSWERS:
            self[name] = answer
        return answer


class State:
    """What the globs still ask of the names in one directory; ``conditions`` are the bits that would wake more globs here."""

    __slots__ = (
        *("_awake", "_by_name", "_closed", "_default", "_literals", "_loops", "_matcher", "_nodes", "_views", "_wild"),
        "conditions",
    )

    def __init__(self, nodes: frozenset[_Node], matcher: "Matcher") -> None:
        self._nodes = nodes
        self._matcher = matcher
        self._by_name: dict[bytes, State] = {}
        self._awake: dict[int, State] = {}
        self._views: dict[int, View] = {}
        self._loops = frozenset(node for node in nodes if node.loops)
        self._literals = [node.literals for node in nodes if node.literals]
        self._wild = [pair for node in nodes for pair in node.wild or ()]
        self._default: State | None = None
        self._closed = False
        self.conditions = 0
        for node in self._loops:
            self.conditions |= node.wakes[0] if node.wakes else 0

    def view(self, number: int = 0) -> View:
        """The answers for names in this directory, in one of the matcher's orders of its globs."""
        known = self._views.get(number)
        if known is None:
            everywhere = self._matcher.state(self._loops)
            anywhere = None if everywhere is self else everywhere.view(number)
            nodes = self._nodes if anywhere is None else self._nodes - self._loops
            ends = [(node.loops, found) for node in nodes if (found := node.ends()) is not None]
            if anywhere is None or ends:
                known = View(ends, self._matcher.orders[number], self._matcher.closed, anywhere)
            else:
                known = anywhere
            self._views[number] = known
        return known

    @property
    def whole(self) -> int:
        """The number of the glob that takes all names of this directory and of all below it; -1 when none does."""
        return self.view().whole

    def inside(self, name: bytes, conditions: int = 0) -> "State":
        """The state of the directory ``name`` in this one, which meets ``conditions``."""
        known = self._by_name.get(name)
        if known is None:
            known = self._by_name[name] = self._after(name)
        return known.woken(conditions) if conditions else known

    def woken(self, conditions: int) -> "State":
        """This state in a directory that meets ``conditions``."""
        met = conditions & self.conditions
        if not met:
            return self
        known = self._awake.get(met)
        if known is None:
            woken = (node.wakes[1].closure() for node in self._loops if node.wakes and node.wakes[0] & met)
            known = self._awake[met] = self._matcher.state(self._nodes.union(*woken))
        return known

    def _after(self, name: bytes) -> "State":
        if self._default is None:
            self._closed = all(self.view(number).whole >= 0 for number in range(len(self._matcher.orders)))
            self._default = self._matcher.state(self._loops)
        if self._closed:
            return self
        found = [node for literals in self._literals if (nodes := literals.get(name)) for node in nodes]
        for glob, node in self._wild:
            if name.startswith(glob.first) and glob.takes(name):
                found.append(node)
        if not found:
            return self._default
        return self._matcher.state(self._loops.union(*(node.closure() for node in found)))


class Matcher:
    """Globs in order, the strongest first; a glob is known by its number.

    In ``globs``, groups are left only in directories' names. ``anchors`` has the places of the names with which globs may
    begin: bytes are a path itself, texts globs. The first ``closed`` globs shut out all others in the directories that they
    take whole, so that nothing below needs to be looked at. ``conditions`` has, for each glob that has a condition, the bits
    of which one has to be told of a directory. ``others`` are other orders in which answers are wanted: each glob's rank, -1
    for those that do not count.
    """

    def __init__(
        self,
        globs: Sequence[str],
        closed: int = 0,
        conditions: Mapping[int, int] | None = None,
        anchors: Mapping[str, Iterable[str | bytes]] | None = None,
        others: Iterable[Sequence[int]] = (),
    ) -> None:
        self.closed = closed
        self.orders = (range(len(globs)), *others)
        self._known: dict[frozenset[_Node], State] = {}
        start = _Node()
        beginnings = {name: _anchored(start, places) for name, places in (anchors or {}).items()}
        nodes: dict[tuple[str, int], _Node] = {}
        for order, glob in enumerate(globs):
            directory, _, last = glob.rpartition("/")
            key = (directory, conditions.get(order, 0) if conditions else 0)
            node = nodes.get(key)
            if node is None:
                node = nodes[key] = _followed(start, beginnings, *key)
            (node.child("**") if last == "**" else node).end(last, order)
        self.root = self.state(start.closure())

    def state(self, nodes: frozenset[_Node]) -> State:
        """The state of a set of nodes."""
        known = self._known.get(nodes)
        if known is None:
            known = self._known[nodes] = State(nodes, self)
        return known

    def inside(self, state: State, name: bytes) -> State:
        """The state of the directory ``name`` in a directory of the given state, which meets no condition."""
        return state.inside(name)

    def find(self, path: bytes) -> int:
        """The number of the first glob that takes the file at ``path``, -1 when none does; all conditions count as met."""
        *directories, name = path.split(b"/")
        state = self.root.woken(-1)
        for directory in directories:
            state = state.inside(directory, -1)
        return state.view()[name]


def _followed(start: _Node, beginnings: Mapping[str, _Node], directory: str, condition: int) -> _Node:
    """The node of a directory that globs write, made where it is missing."""
    parts = [part for part in directory.split("/") if part]
    node = beginnings.get(parts[0], start) if parts else start
    for part in parts if node is start else parts[1:]:
        if condition and part == "**":
            node, condition = node.sleeper(condition), 0
        else:
            node = node.child(part)
    return node


def _anchored(start: _Node, places: Iterable[str | bytes]) -> _Node:
    """One node to which all places lead."""
    node = _Node()
    for place in places:
        parts: list[str] | list[bytes] = (
            place.strip("/").split("/") if isinstance(place, str) else place.strip(b"/").split(b"/")
        )
        parent = start
        for part in parts[:-1]:
            if isinstance(part, str):
                parent = parent.child(part)
            else:
                following = _Node()
                parent.lead(part, following)
                parent = following
        parent.lead(parts[-1], node)
    return node
