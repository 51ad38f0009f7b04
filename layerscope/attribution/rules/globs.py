r"""Which of many globs takes a path first, at a cost per directory instead of per file and glob.

The globs are those of the catalogue: ``*`` and ``?`` stay within a name, ``[…]`` is a class, ``**`` stands for any number of
directories (as the last part: for everything below), and ``{a,b}`` for either text. Every glob is anchored at the root; one
that begins with the name of an anchor (``~``) in each of the anchor's places.

All globs together form one net of nodes over path components. :class:`Matcher` walks it as an automaton whose states are sets
of nodes, built when a directory first needs them: a directory costs one dictionary lookup once a sibling of the same name was
seen, and a file costs a lookup of its name.

A glob may have a condition on the directory in which its first ``**`` ends. What follows in the glob then lies behind a gate,
which is open in the directories that meet the condition.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from functools import cache, reduce
from itertools import chain, repeat
from operator import attrgetter, or_

from layerscope.attribution.rules.patterns import WILD, NameGlob, alternatives, name_glob
from layerscope.attribution.rules.remembered import Remembered
from layerscope.core.names import path_bytes

NONE = 1 << 30
"""The rank where no glob takes a name: weaker than any glob's."""

_MOST_ANSWERS = 50_000
"""Names whose answers a directory's view remembers."""


class _Node:
    """A position in the globs.

    ``loops`` says that any directory leads back here, as after ``**``; ``deep`` is the node after a ``**`` that begins here.
    ``gates`` lead on without a directory, where one of the bits of their conditions is met. ``ends`` are the last parts and
    the numbers of the globs that end here, ``anything`` the numbers of those that end with any name.
    """

    __slots__ = ("_children", "_closure", "_literals", "_wild", "anything", "deep", "ends", "gates", "loops")

    def __init__(self, loops: bool = False) -> None:
        self.loops = loops
        self.deep: _Node | None = None
        self.gates: dict[int, _Node] = {}
        self.anything: list[int] = []
        self.ends: list[tuple[str, int]] = []
        self._children: dict[str | bytes, _Node] = {}
        self._literals: defaultdict[bytes, list[_Node]] = defaultdict(list)
        self._wild: list[tuple[NameGlob, _Node]] = []
        self._closure: frozenset[_Node] | None = None

    def child(self, part: str | bytes) -> "_Node":
        """The node that a directory leads to: a text is a part of a glob, bytes are the directory's name."""
        if part == "**":
            return self._below()
        known = self._children.get(part)
        if known is None:
            known = self._children[part] = _Node()
            for name in alternatives(part) if isinstance(part, str) else (part,):
                self.lead(name, known)
        return known

    def _below(self) -> "_Node":
        if self.loops:
            return self
        if self.deep is None:
            self.deep = _Node(loops=True)
        return self.deep

    def lead(self, name: str | bytes, node: "_Node") -> None:
        """Lets a directory lead to ``node`` as well; a text may be a glob."""
        if isinstance(name, str) and WILD.search(name):
            self._wild.append((name_glob(name), node))
        else:
            self._literals[path_bytes(name) if isinstance(name, str) else name].append(node)

    def end(self, part: str, number: int) -> None:
        """Notes that a glob ends here with ``part``."""
        if part == "**":
            self._below().anything.append(number)
        elif part == "*":
            self.anything.append(number)
        else:
            self.ends.append((part, number))

    def gate(self, condition: int) -> "_Node":
        """The node behind the gate for a condition."""
        return self.gates.setdefault(condition, _Node())

    def leads(self) -> bool:
        """Whether any directory leads on from here."""
        return bool(self._literals or self._wild)

    def has_ends(self) -> bool:
        """Whether any glob ends here."""
        return bool(self.ends or self.anything)

    def inside(self, name: bytes) -> Sequence["_Node"]:
        """The nodes that a directory of this name leads to."""
        found = self._literals.get(name, ())
        return (*found, *self._led_by_globs(name)) if self._wild else found

    def _led_by_globs(self, name: bytes) -> list["_Node"]:
        return [node for glob, node in self._wild if name.startswith(glob.first) and glob.takes_rest(name)]

    def closure(self) -> frozenset["_Node"]:
        """This node, and those that ``**`` reaches from it over no directory at all."""
        if self._closure is None:
            self._closure = frozenset((self,)) if self.deep is None else self.deep.closure() | {self}
        return self._closure


@cache
def _end(part: str) -> NameGlob | bytes:
    """What the last part of a glob takes: one name, or what a glob for names takes."""
    return name_glob(part) if WILD.search(part) else path_bytes(part)


def _stronger(nodes: Collection[_Node], ranks: Sequence[int], than: int) -> list[tuple[int, str]]:
    """The rank and the last part of each glob that ends at a node and is stronger than a rank; the strongest first."""
    ends = ((ranks[number], part) for node in nodes for part, number in node.ends)
    return sorted(end for end in ends if end[0] < than)


class View(dict[bytes, int]):
    """For each name in a directory the rank of the strongest glob that takes it. Names that were not asked for are looked up.

    ``whole`` is the rank of the glob that takes every name of this directory and of all below it.
    """

    __slots__ = ("_anything", "_anywhere", "_globs", "_names", "_rest", "_suffixes", "whole")

    def __init__(self, nodes: Collection[_Node], ranks: Sequence[int], closed: int, anywhere: "View | None") -> None:
        """Globs end at ``nodes`` here; where ``anywhere`` is None also in all directories below, else that view has the globs
        that do. Globs ranked below ``closed`` shut out all others in what they take whole."""
        super().__init__()
        self._anywhere: View | None = anywhere
        anything = chain.from_iterable(node.anything for node in nodes)
        self._anything = min(map(ranks.__getitem__, anything), default=NONE)
        self._names: dict[bytes, int] = {}
        self._suffixes: defaultdict[bytes, list[tuple[int, NameGlob]]] = defaultdict(list)
        self._globs: list[tuple[int, NameGlob]] = []
        ends = _stronger(nodes, ranks, self._anything)
        for rank, part in ends:
            self._add(rank, _end(part))
        strongest = next(iter(ends), (self._anything, ""))[0]
        self.whole = self._whole(strongest, closed)
        self._rest: int | None = None
        if anywhere is None and not self._suffixes and not self._globs:
            self._rest = self._anything
            self.update(self._names)

    def _whole(self, strongest: int, closed: int) -> int:
        if self._anywhere is not None:
            return self._anywhere.whole if self._anywhere.whole < strongest else NONE
        return strongest if strongest == self._anything < closed else NONE

    def _add(self, rank: int, end: NameGlob | bytes) -> None:
        if isinstance(end, bytes):
            self._names.setdefault(end, rank)
        elif end.is_suffix:
            self._suffixes[end.last.rpartition(b".")[2]].append((rank, end))
        else:
            self._globs.append((rank, end))

    def __missing__(self, name: bytes) -> int:
        if self._rest is not None:
            return self._rest
        rank = self._look_up(name)
        if len(self) < _MOST_ANSWERS:
            self[name] = rank
        return rank

    def _look_up(self, name: bytes) -> int:
        best = self._names.get(name, self._anything)
        if self._anywhere is not None and (rank := self._anywhere[name]) < best:
            best = rank
        for rank, glob in self._suffixes.get(name.rpartition(b".")[2], ()):
            if rank < best and name.endswith(glob.last):
                best = rank
        for rank, glob in self._globs:
            if rank >= best:
                break
            if name.startswith(glob.first) and glob.takes_rest(name):
                return rank
        return best


class State:
    """What the globs ask of the names in one directory; ``conditions`` are the bits that would open more gates here."""

    __slots__ = ("_closed", "_inside", "_leading", "_loops", "_matcher", "_nodes", "_open", "_views", "conditions")

    def __init__(self, nodes: frozenset[_Node], matcher: "Matcher") -> None:
        self._nodes = nodes
        self._matcher = matcher
        self._loops = frozenset(filter(attrgetter("loops"), nodes))
        self._leading = list(filter(_Node.leads, nodes))
        self._closed: bool | None = None
        self._inside = Remembered(self._follow)
        self._open = Remembered(self._behind)
        self._views = Remembered(self._view)
        self.conditions = reduce(or_, chain.from_iterable(node.gates for node in self._loops), 0)

    def view(self, order: int = 0) -> View:
        """The answers for names in this directory, in one of the matcher's orders of its globs."""
        return self._views[order]

    def _view(self, order: int) -> View:
        everywhere = self._matcher.state(self._loops)
        anywhere = None if everywhere is self else everywhere.view(order)
        here = self._nodes if anywhere is None else self._nodes - self._loops
        ending = list(filter(_Node.has_ends, here))
        if anywhere is not None and not ending:
            return anywhere
        return View(ending, self._matcher.orders[order], self._matcher.closed, anywhere)

    def inside(self, name: bytes, conditions: int = 0) -> "State":
        """The state of the directory ``name`` in this one, which meets ``conditions``."""
        known = self._inside[name]
        return known.opened(conditions) if conditions else known

    def _follow(self, name: bytes) -> "State":
        if self._is_closed():
            return self
        reached = list(chain.from_iterable(node.inside(name) for node in self._leading))
        return self._matcher.state(self._loops.union(*map(_Node.closure, reached)) if reached else self._loops)

    def _is_closed(self) -> bool:
        """Whether one glob takes all that lies here and below, in each order."""
        if self._closed is None:
            self._closed = all(self.view(order).whole < NONE for order in range(len(self._matcher.orders)))
        return self._closed

    def opened(self, conditions: int) -> "State":
        """This state in a directory that meets ``conditions``."""
        met = conditions & self.conditions
        return self._open[met] if met else self

    def _behind(self, met: int) -> "State":
        opened = (node.closure() for loop in self._loops for gate, node in loop.gates.items() if gate & met)
        return self._matcher.state(self._nodes.union(*opened))


class Matcher:
    """Globs in their order, the strongest first: a glob's number is its rank.

    In ``globs``, groups are left only in directories' names. ``anchors`` has the places of the names with which globs may
    begin: bytes are a path itself, texts globs. The first ``closed`` globs shut out all others in the directories that they
    take whole, so that nothing below needs to be looked at. ``conditions`` has the bits any one of which a directory has to
    meet for a glob, 0 for none. ``others`` are other orders in which answers are wanted: each glob's rank,
    :data:`NONE` for those that do not count.
    """

    def __init__(
        self,
        globs: Sequence[str],
        closed: int = 0,
        conditions: Sequence[int] = (),
        anchors: Mapping[str, Iterable[str | bytes]] | None = None,
        others: Iterable[Sequence[int]] = (),
    ) -> None:
        self.closed = closed
        self.orders = (range(len(globs)), *others)
        start = _Node()
        beginnings = {name: _anchored(start, places) for name, places in (anchors or {}).items()}
        nodes: Remembered[tuple[str, int], _Node] = Remembered(lambda key: _reached(start, beginnings, *key))
        for number, (glob, condition) in enumerate(zip(globs, chain(conditions, repeat(0)), strict=False)):
            directory, _, last = glob.rpartition("/")
            nodes[directory, condition].end(last, number)
        self._begin(start.closure())

    def _begin(self, start: frozenset[_Node]) -> None:
        self._states: Remembered[frozenset[_Node], State] = Remembered(lambda nodes: State(nodes, self))
        self.root = self.state(start)
        self._start = start

    def unasked(self) -> "Matcher":
        """A matcher of the same globs, which remembers nothing of what this one was asked."""
        other = copy(self)
        other._begin(self._start)
        return other

    def state(self, nodes: frozenset[_Node]) -> State:
        """The state of a set of nodes."""
        return self._states[nodes]

    def find(self, path: bytes) -> int:
        """The number of the first glob that takes the file at ``path``; all conditions count as met."""
        *directories, name = path.split(b"/")
        state = self.root.opened(-1)
        for directory in directories:
            state = state.inside(directory, -1)
        return state.view()[name]


def _reached(start: _Node, beginnings: Mapping[str, _Node], directory: str, condition: int) -> _Node:
    """The node of a directory as globs write it; its first ``**`` has a gate for the condition."""
    first, _, rest = directory.lstrip("/").partition("/")
    node = beginnings.get(first, start)
    for part in (directory if node is start else rest).split("/"):
        if part:
            node = node.child(part)
        if part == "**" and condition:
            node, condition = node.gate(condition), 0
    return node


def _anchored(start: _Node, places: Iterable[str | bytes]) -> _Node:
    """One node to which all places lead."""
    node = _Node()
    for place in places:
        *above, last = place.strip("/").split("/") if isinstance(place, str) else place.strip(b"/").split(b"/")
        parent = start
        for part in above:
            parent = parent.child(part)
        parent.lead(last, node)
    return node
