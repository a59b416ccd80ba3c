"""Where one thought ends and the next begins, and what a denial reaches: contrast and negation."""

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
    """Of each target, whether it is denied. targets: in the order of their places."""
    counts = [0] * len(targets)
    chosen = {match.start for match in roles if match.sense.name == "chooses"}
    trailing = {place for match in roles if match.sense.name == "trails" for place in match.places}
    for match in roles:
        if match.sense.name in ("denies", "lacks"):
            for index in _reached(match, targets, clauses, chosen, trailing if is_trailing else None):
                counts[index] += 1
    return [bool(count) if is_agreeing else count % 2 == 1 for count in counts]


def _reached(
    denial: Match, targets: Sequence[Match], clauses: Clauses, chosen: set[int], trailing: set[int] | None
) -> list[int]:
    if any(_holds(target, denial) for target in targets):
        return []
    part = clauses.part[denial.start]
    inside = [index for index, target in enumerate(targets) if target.start < denial.start < target.end]
    ahead = [
        index
        for index, target in enumerate(targets)
        if denial.end <= target.start < denial.end + _REACH and clauses.part[target.start] == part
    ]
    if inside or ahead:
        return inside + (_with_choices(ahead, targets, clauses, chosen) if ahead else [])
    if trailing is None or denial.sense.name == "lacks":
        return []
    after = denial.end
    while after < len(clauses.part) and clauses.part[after] == part and after in trailing:
        after += 1
    if after < len(clauses.part) and clauses.part[after] == part:
        return []
    before = [
        i for i, target in enumerate(targets) if target.end <= denial.start and clauses.part[target.start] == part
    ]
    return before[-1:]


def _holds(target: Match, denial: Match) -> bool:
    """Whether the denial is part of the target's own phrase, and so already spoken for."""
    return denial.start in target.places and (denial.end in target.places or denial.end == target.end)


def _with_choices(ahead: list[int], targets: Sequence[Match], clauses: Clauses, chosen: set[int]) -> list[int]:
    """The nearest target, what overlaps it, and what an `or` joins to it."""
    found = [ahead[0]]
    end = targets[ahead[0]].end
    for index in range(ahead[0] + 1, len(targets)):
        target = targets[index]
        between = range(end, target.start)
        if target.start < end:
            found.append(index)
        elif len(between) <= _CHOICE_REACH and any(place in chosen for place in between):
            found.append(index)
        else:
            break
        end = max(end, target.end)
    return found
