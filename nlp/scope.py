"""Where one thought ends and the next begins, and what a denial or a wish reaches: contrast and negation."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from nlp.matcher import Match

_REACH = 5
"""How many words after a denial can be denied by it; a target further away was hardly meant."""

_CHOICE_REACH = 4
"""How many words after one denied target the next may begin, if an `or` stands between."""


_WINDOW = 40
"""How many words around a denial are looked at; no phrase is longer."""


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
    denying = {match.start for match in roles if match.sense.name in ("denies", "lacks")}
    if not denying:
        return [False] * len(targets)
    counts = [0] * len(targets)
    starts = [target.start for target in targets]
    chosen = {match.start for match in roles if match.sense.name == "chooses"}
    trailing = {place for match in roles if match.sense.name == "trails" for place in match.places}
    for match in roles:
        if match.sense.name in ("denies", "lacks"):
            low, high = bisect_left(starts, match.start - _WINDOW), bisect_left(starts, match.start + _WINDOW)
            near = targets[low:high]
            reached = _reached(match, near, clauses, chosen)
            if not reached and is_trailing and match.sense.name == "denies":
                reached = _behind(match, near, clauses, trailing)
            for index in reached:
                counts[low + index] += 1
    if is_agreeing:
        return [bool(n) and denying.isdisjoint(t.places) for n, t in zip(counts, targets, strict=True)]
    return [count % 2 == 1 for count in counts]


def wishes(roles: Sequence[Match], targets: Sequence[Match], clauses: Clauses) -> list[bool]:
    """Of each target, whether an earlier word of the same thought says that it is not so yet."""
    first: dict[int, int] = {}
    for match in roles:
        if match.sense.name == "wishes":
            first.setdefault(clauses.clause[match.start], match.start)
    return [first.get(clauses.clause[target.start], target.start) < target.start for target in targets]


def _reached(denial: Match, targets: Sequence[Match], clauses: Clauses, chosen: set[int]) -> list[int]:
    """The targets that a denial turns: those in whose gap it stands, and what comes next."""
    holders = [target for target in targets if _holds(target, denial)]
    if holders:  # spoken for by a phrase that says what is denied; it reaches only what shares words with that phrase
        held = {place for target in holders for place in target.places}
        return [
            index
            for index, target in enumerate(targets)
            if denial.start not in target.places and target.end > denial.end and not held.isdisjoint(target.places)
        ]
    ahead = _ahead(denial, targets, clauses, chosen)
    return ahead + [index for index, target in enumerate(targets) if _is_parted(target, denial, targets)]


def _holds(target: Match, denial: Match) -> bool:
    """Whether the denial is part of the target's own phrase."""
    return denial.start in target.places and (denial.end in target.places or denial.end == target.end)


def _is_parted(target: Match, denial: Match, targets: Sequence[Match]) -> bool:
    """Whether the denial stands in a gap of the target, and what follows it there is not a target of its own."""
    if not target.start < denial.start < target.end or denial.start in target.places:
        return False
    next_place = min(place for place in target.places if place > denial.start)
    return not any(denial.end <= other.start < next_place for other in targets)


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
    after = denial.end
    while after < len(clauses.part) and clauses.part[after] == part:
        if after not in trailing:
            return []
        after += 1
    before = [
        index
        for index, target in enumerate(targets)
        if target.end <= denial.start and clauses.part[target.start] == part
    ]
    return before[-1:]
