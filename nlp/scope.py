"""Where one thought ends and the next begins, and what a denial or a wish reaches: contrast and negation."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nlp.matcher import Match

_REACH = 5
"""How many words after a denial can be denied by it; a target further away was hardly meant."""

_CHOICE_REACH = 4
"""How many words after one denied target the next may begin, if an `or` stands between."""


@dataclass(slots=True)
class Clauses:
    """The thoughts of a verbatim. clause: of each word the number of its thought; part: the number of its part of it.

    Parts are divided by commas and words such as `and`, thoughts by full stops and words such as `but`.
    """

    clause: list[int] = field(default_factory=list)
    part: list[int] = field(default_factory=list)


def divide(breaks: Sequence[int], roles: Iterable[Match]) -> Clauses:
    """The clauses of a row of words. breaks: before each word 2 where a sentence ends, 1 at a comma, else 0."""
    strong = [kind > 1 for kind in breaks]
    weak = [kind > 0 for kind in breaks]
    for match in roles:
        if match.sense.name == "parts":
            strong[match.start] = True
        elif match.sense.name == "joins":
            weak[match.start] = True
    found = Clauses()
    clause = part = 0
    for place in range(len(breaks)):
        clause += strong[place]
        part += strong[place] or weak[place]
        found.clause.append(clause)
        found.part.append(part)
    return found


def denials(
    roles: Sequence[Match], targets: Sequence[Match], clauses: Clauses, is_trailing: bool, is_agreeing: bool
) -> list[bool]:
    """Of each target, whether it is denied. targets: in the order of their places.

    is_trailing: a denial at the end of a clause reaches back; is_agreeing: several denials of one thing are one.
    """
    counts = [0] * len(targets)
    chosen = {match.start for match in roles if match.sense.name == "chooses"}
    trailing = {place for match in roles if match.sense.name == "trails" for place in match.places}
    for match in roles:
        if match.sense.name in ("denies", "lacks"):
            for index in _reached(match, targets, clauses, chosen, trailing if is_trailing else None):
                counts[index] += 1
    if is_agreeing:
        denying = {match.start for match in roles if match.sense.name in ("denies", "lacks")}
        return [bool(n) and denying.isdisjoint(t.places) for n, t in zip(counts, targets, strict=True)]
    return [count % 2 == 1 for count in counts]


def wishes(roles: Sequence[Match], targets: Sequence[Match], clauses: Clauses) -> list[bool]:
    """Of each target, whether an earlier word of the same thought says that it is not so yet."""
    first: dict[int, int] = {}
    for match in roles:
        if match.sense.name == "wishes":
            first.setdefault(clauses.clause[match.start], match.start)
    return [first.get(clauses.clause[target.start], target.start) < target.start for target in targets]


def _reached(
    denial: Match, targets: Sequence[Match], clauses: Clauses, chosen: set[int], trailing: set[int] | None
) -> list[int]:
    inside = _inside(denial, targets)
    holders = [target for target in targets if _holds(target, denial)]
    if holders:  # spoken for by a phrase that says what is denied; it reaches only what overlaps that phrase
        end = max(target.end for target in holders)
        return inside + [i for i, target in enumerate(targets) if denial.end <= target.start < end]
    found = inside + _ahead(denial, targets, clauses, chosen)
    if found or trailing is None or denial.sense.name == "lacks":
        return found
    return _behind(denial, targets, clauses, trailing)


def _holds(target: Match, denial: Match) -> bool:
    """Whether the denial is part of the target's own phrase."""
    return denial.start in target.places and (denial.end in target.places or denial.end == target.end)


def _inside(denial: Match, targets: Sequence[Match]) -> list[int]:
    """The targets in whose gap it stands."""
    return [
        index
        for index, target in enumerate(targets)
        if target.start < denial.start < target.end and denial.start not in target.places
    ]


def _ahead(denial: Match, targets: Sequence[Match], clauses: Clauses, chosen: set[int]) -> list[int]:
    """The nearest target after it in the same part, what overlaps that, and what an `or` joins to it."""
    part = clauses.part[denial.start]
    found: list[int] = []
    end = denial.end
    for index, target in enumerate(targets):
        if target.start < denial.end:
            continue
        if not found:
            if target.start >= denial.end + _REACH or clauses.part[target.start] != part:
                break
        elif target.start >= end and not _is_joined(end, target.start, chosen):
            break
        found.append(index)
        end = max(end, target.end)
    return found


def _is_joined(end: int, start: int, chosen: set[int]) -> bool:
    return start - end <= _CHOICE_REACH and any(place in chosen for place in range(end, start))


def _behind(denial: Match, targets: Sequence[Match], clauses: Clauses, trailing: set[int]) -> list[int]:
    """The nearest target before it in the same part, if nothing that matters comes after it."""
    part = clauses.part[denial.start]
    after = range(denial.end, len(clauses.part))
    if any(clauses.part[place] == part and place not in trailing for place in after):
        return []
    before = [
        index
        for index, target in enumerate(targets)
        if target.end <= denial.start and clauses.part[target.start] == part
    ]
    return before[-1:]
