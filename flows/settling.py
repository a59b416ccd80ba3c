"""Settles what each number of a message is part of: a ratio, the scale said back, a fraction, a quantity."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from flows.marks import Mark
from flows.roles import Role
from flows.survey import Scale
from flows.turn import Reason


def settle(marks: list[Mark], scale: Scale | None) -> list[Mark]:
    """The marks with every number that can be no answer on any scale made a FAULT.

    scale: the one that is being asked for, if one is; the words and numbers that only repeat it become an ECHO.
    """
    roles = _roles(marks)
    for pattern, rewrite in _RULES:
        if pattern.search(roles):
            marks = _rewrite(marks, list(pattern.finditer(roles)), rewrite, scale)
            roles = _roles(marks)
    return marks


Rewrite = Callable[[list[Mark], Scale | None], list[Mark] | None]


def _roles(marks: Sequence[Mark]) -> str:
    return "".join([one.role for one in marks])


def _rewrite(marks: list[Mark], matches: Sequence[re.Match[str]], rewrite: Rewrite, scale: Scale | None) -> list[Mark]:
    """The marks with those that were matched rewritten, except where the rewriting declines."""
    written: list[Mark] = []
    done = 0
    for match in matches:
        found = marks[match.start() : match.end()]
        written += marks[done : match.start()]
        written += found if (rewritten := rewrite(found, scale)) is None else rewritten
        done = match.end()
    return written + marks[done:]


def _fault(reason: Reason) -> Rewrite:
    """Makes what was found one number that can be no answer."""
    return lambda found, _: [replace(found[0], role=Role.FAULT, reason=reason)]


def _emphasis(found: list[Mark], _: Scale | None) -> list[Mark]:
    """*8* and _8_ are how bold and italics are typed."""
    return [found[1]]


def _ordinal(found: list[Mark], _: Scale | None) -> list[Mark] | None:
    """In German "3. Anruf" is the third call, and nothing tells whether "3. Anruf ..." is."""
    return [replace(found[0], role=Role.FAULT, reason=Reason.NOT_EXACT)] if found[0].in_digits else None


def _break(found: list[Mark], _: Scale | None) -> list[Mark]:
    return [replace(found[0], role=Role.BREAK)]


def _span_echo(found: list[Mark], scale: Scale | None) -> list[Mark] | None:
    """Two ends of a scale ("on a scale of 0 to 10", "(0-10)"): of ours, of another one, or of none at all."""
    ends = [one.value for one in found if one.role is Role.NUMBER]
    if scale is not None and ends == [scale.low, scale.high]:
        return [replace(found[0], role=Role.ECHO)]
    if any(one.role is Role.SCALE for one in found):
        return [replace(found[0], role=Role.FAULT, reason=Reason.NOT_EXACT)]
    return None


def _top_echo(found: list[Mark], scale: Scale | None) -> list[Mark] | None:
    """The top of a scale: "on a scale of 10", "out of 10"."""
    if scale is not None and found[-1].value == scale.high:
        return [replace(found[0], role=Role.ECHO)]
    if found[0].role is Role.SCALE:
        return [replace(found[0], role=Role.FAULT, reason=Reason.NOT_EXACT)]
    return None


def _ratio(found: list[Mark], scale: Scale | None) -> list[Mark]:
    """8/10, 8 out of 10: a number on our scale, or one on another."""
    if scale is not None and found[-1].value == scale.high:
        return [found[0], replace(found[1], role=Role.ECHO)]
    return [replace(found[0], role=Role.FAULT, reason=Reason.NOT_EXACT)]


def _same(found: list[Mark], _: Scale | None) -> list[Mark] | None:
    """8 (eight): the same number once in digits and once as a word."""
    one, other = (mark for mark in found if mark.role is Role.NUMBER)
    return [one] if one.value == other.value and one.in_digits != other.in_digits else None


# The order matters: what a number is part of is settled before what it is compared with or counts.
_RULES: Sequence[tuple[re.Pattern[str], Rewrite]] = [
    (re.compile(r"NK(?=[wumly])"), _ordinal),
    (re.compile(r"K"), _break),
    (re.compile(r"N[py]N"), _fault(Reason.FRACTION)),
    (re.compile(r"N,?[&1a]{0,2}H|H[1a]?N"), _fault(Reason.FRACTION)),
    (re.compile(r"\*[NA]\*"), _emphasis),
    (re.compile(r"s?a?[sOF(]a?N[t-]a?N|N[t-]a?Ns"), _span_echo),
    (re.compile(r"N\(?[/O]a?N"), _ratio),
    (re.compile(r"[sO]a?N"), _top_echo),
    (re.compile(r"(?:N[th&-])?[NX]E?u|[NX]%|%[NX]|l[a,:.#%]?\(?[NX]"), _fault(Reason.QUANTITY)),
    (re.compile(r"[nx][^,:NAX]{0,2}A"), _fault(Reason.NOT_EXACT)),
    (re.compile(r"N[,.:]?\(?N"), _same),
]
