"""Phrases as places within them, so that all are looked for at once, one word after the other."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from nlp.seeds import GAP, Choice, Pattern, Sequence


class Sense(NamedTuple):
    """What a phrase stands for: a theme, with the feeling it tells of if any, or a role.

    rank: of two phrases for the same words the one with the lower rank is meant.
    """

    name: str
    is_theme: bool
    rank: int
    feeling: str = ""


@dataclass(slots=True, eq=False)
class Node:
    """A place within phrases, and how they go on: with a word, or after a gap with one of the words there."""

    following: dict[str, list["Node"]] = field(default_factory=dict)
    gaps: list["Node"] = field(default_factory=list)
    senses: list[Sense] = field(default_factory=list)

    def add(self, pattern: Pattern, sense: Sense) -> None:
        """Let the pattern begin here, and stand for that."""
        for end in _extend([self], pattern.sequence, self):
            end.senses.append(sense)


class State:
    """All places within phrases that the same words lead to, taken together; made when first met, then kept.

    opens: the elements with which phrases go on; gap: where they go on after a gap; senses: of what is complete here;
    is_end: no phrase goes on.
    """

    __slots__ = ("_following", "_nodes", "gap", "is_end", "opens", "senses")

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._nodes = tuple(nodes)
        self._following: dict[str, State] = {}
        self.opens = {element for node in self._nodes for element in node.following}
        gaps = [gap for node in self._nodes for gap in node.gaps]
        self.gap = State(gaps) if gaps else None
        self.senses = tuple(sense for node in (*self._nodes, *gaps) for sense in node.senses)
        self.is_end = not self.opens and self.gap is None

    def after(self, element: str) -> "State":
        """Where an element that is among `opens` leads to."""
        found = self._following.get(element)
        if found is None:
            nodes = [new for node in self._nodes for new in node.following.get(element, ())]
            found = self._following[element] = State(nodes)
        return found


def _extend(nodes: list[Node], sequence: Sequence, root: Node) -> list[Node]:
    """The nodes where the sequence has been met, coming from these. A gap before the first word is none."""
    for item in sequence:
        if isinstance(item, Choice):
            reached = [node for choice in item.sequences for node in _extend(nodes, choice, root)]
            nodes = list(dict.fromkeys(reached))
        elif item == GAP:
            gap = Node()
            for node in nodes:
                if node is not root:
                    node.gaps.append(gap)
            nodes = [gap, *(node for node in nodes if node is root)]
        else:
            new = Node()
            for node in nodes:
                node.following.setdefault(item, []).append(new)
            nodes = [new]
    return nodes
