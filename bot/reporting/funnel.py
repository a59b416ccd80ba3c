"""Who was asked and who answered: every contact in one place, the rates that follow, and where people leave."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from bot.carriers.errors import Verdict, verdict
from bot.reporting.source import Period, Source
from flows.cases import Ending
from flows.eligibility import Reason
from flows.estimates import Estimate, NothingCountedError
from flows.filters import Filter
from flows.funnel import DropOff, Funnel, Step, drop_off, median
from flows.rates import Rates, dispositions, rates
from flows.session import Outcome
from storage.database import Connection
from storage.figures import OF_ANSWERS, counted
from storage.slices import BESIDE, WALK_IN, Part, Slice

IGNORED = ("instrument", "series", "theme")
"""Names of a filter that say nothing of a contact."""

OPEN = ("scheduled", "sent", "delivered", "answering")
"""How far invitations are that have not come to an end."""

OF_SURVEYS = ("answer", "session")
OF_CONTACTS = ("contact", "attempts")


@dataclass(frozen=True, slots=True)
class Asked:
    """Who was asked in a period, and how far they came.

    endings: invitations by what became of them, as `flows.session.Outcome` and `flows.cases.Ending` name it, and open
    ones by how far they are; walk_ins: conversations that nobody was invited to, by outcome; steps: question by
    question; seconds: the median from the first message or call to the first answer, None where nobody has answered;
    attempts: how many invitations took so many messages and calls; bad_numbers: of the undeliverable, those whose
    number was at fault; unconfirmed: of the expired, those that never arrived for all we know; ignored: names of the
    filter that do not apply to contacts and have not narrowed these counts.
    """

    funnel: Funnel
    rates: Rates
    endings: Mapping[str, int]
    walk_ins: Mapping[str, int]
    steps: tuple[DropOff, ...]
    seconds: Estimate | None
    attempts: Mapping[int, int]
    bad_numbers: int
    unconfirmed: int
    ignored: tuple[str, ...]


Tally = Counter[tuple[Slice, int]]
"""How many of each slice and value in one period."""


def asked(source: Source, wanted: Filter) -> Asked:
    """Who was asked. Raises DefinitionError where a theme is named and the code frame cannot be read."""
    _, period = source.periods(wanted)
    with source.fresh() as connection:
        return asked_in(source, connection, wanted, period)


def asked_in(
    source: Source,
    connection: Connection,
    wanted: Filter,
    period: Period,
    surveys: Tally | None = None,
    contacts: Tally | None = None,
) -> Asked:
    """The same. surveys, contacts: those of the period, where they have been counted under this filter."""
    within = source.narrowed(wanted).between(*period)
    for name in OF_ANSWERS:
        # How one question was asked says nothing of how far people came.
        within = within.among(name)

    def tally(part: Part, *of: str) -> Tally:
        return counted(connection, part, within, source.zone, period[0], of).of_half(True)

    if surveys is None or any(map(wanted.of, OF_ANSWERS)):
        surveys = tally(Part.SURVEYS, *OF_SURVEYS)
    if contacts is None:
        contacts = tally(Part.CONTACTS, *OF_CONTACTS)
    endings, outside = _endings(contacts)
    ended = {ending: n for name, n in endings.items() if (ending := _ending(name))}
    bad, unconfirmed = _at_fault(contacts)
    funnel = Funnel(
        dispositions(ended, bad, unconfirmed), sum(n for name, n in endings.items() if not _ending(name)), outside
    )
    return Asked(
        funnel=funnel,
        rates=rates(funnel.ended),
        endings=endings,
        walk_ins=_walk_ins(surveys),
        steps=drop_off(_steps([each.key for each in source.survey.questions], surveys)),
        seconds=_seconds(tally(Part.SURVEYS, "seconds")),
        attempts=_attempts(contacts),
        bad_numbers=bad,
        unconfirmed=unconfirmed,
        ignored=tuple(name for name in IGNORED if wanted.of(name)),
    )


def _endings(contacts: Tally) -> tuple[Mapping[str, int], Mapping[Reason, int]]:
    """Invitations by how they ended or how far they are, and those who were never invited, by reason."""
    endings: Counter[str] = Counter()
    outside: Counter[Reason] = Counter()
    for (slice, _), n in contacts.items():
        if slice.of == "contact" and slice.mark == "kept_out":
            with suppress(ValueError):
                outside[Reason(slice.said)] += n
        elif slice.of == "contact" and slice.said:
            endings[slice.said] += n
    return endings, outside


def _ending(name: str) -> Outcome | Ending | None:
    for kind in (Outcome, Ending):
        with suppress(ValueError):
            return kind(name)
    return None


def _at_fault(contacts: Tally) -> tuple[int, int]:
    """Of the undeliverable those with a bad number, and of the expired those that never arrived for all we know."""
    bad = unconfirmed = 0
    for (slice, _), n in contacts.items():
        if slice.of == "contact" and slice.said == Ending.UNDELIVERABLE and slice.mark.isdigit():
            bad += n if verdict(int(slice.mark)) is Verdict.BAD_NUMBER else 0
        elif slice.of == "contact" and slice.said == Outcome.EXPIRED:
            unconfirmed += n if slice.mark != "arrived" else 0
    return bad, unconfirmed


def _walk_ins(surveys: Tally) -> Mapping[str, int]:
    found: Counter[str] = Counter()
    for (slice, _), n in surveys.items():
        if slice.of == "session" and slice.mark == WALK_IN:
            found[slice.said] += n
    return found


def _steps(order: Iterable[str], surveys: Tally) -> list[Step]:
    """The questions of the survey in their order, then those of earlier ones."""
    put: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    left: Counter[str] = Counter()
    for (slice, _), n in surveys.items():
        if slice.of == "answer" and BESIDE not in slice.mark:
            put[slice.question] += n
            answered[slice.question] += n if slice.said in ("number", "words") else 0
            left[slice.question] += n if slice.said == "left" else 0
    return [Step(each, put[each], answered[each], left[each]) for each in dict.fromkeys((*order, *sorted(put)))]


def _seconds(surveys: Tally) -> Estimate | None:
    times: Counter[float] = Counter()
    for (_, value), n in surveys.items():
        times[value] += n
    try:
        return median(times)
    except NothingCountedError:
        return None


def _attempts(contacts: Tally) -> Mapping[int, int]:
    found: Counter[int] = Counter()
    for (slice, value), n in contacts.items():
        if slice.of == "attempts":
            found[value] += n
    return dict(sorted(found.items()))
