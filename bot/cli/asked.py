"""Who was asked and who answered, as it is printed."""

from collections.abc import Iterator, Mapping

from rich.console import RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.cli.numbers import under
from bot.reporting.funnel import Asked
from flows.eligibility import explain
from flows.estimates import rounded

ENDINGS: Mapping[str, str] = {
    "partial": "partly answered",
    "broken_off": "broken off",
    "expired": "not answered in time",
    "opted_out": "asked not to be asked",
    "unreached": "not reached over any channel",
    "too_late": "too late to ask",
    "in_conversation": "in another conversation",
}
"""What became of invitations and conversations, where it is not called so in words."""


def printed_asked(asked: Asked) -> Iterator[RenderableType]:
    """Every contact in its place, the rates to publish, and the way through the questions."""
    funnel, every = asked.funnel, asked.rates
    yield Text.assemble(("Who was asked  ", "bold"), f"{funnel.contacts:,} contacts, {funnel.invited:,} invited")
    for name, rate, meaning in (("RR1", every.rr1, "complete"), ("RR2", every.rr2, "complete or partial")):
        if rate.value is not None and rate.low is not None and rate.high is not None:
            bounds = f"interval {100 * rate.low:.1f} to {100 * rate.high:.1f} %"
            yield under(
                f"{name} {100 * rate.value:.1f} %, {bounds}: {rate.numerator:,} of {rate.denominator:,} {meaning}"
            )
        else:
            yield under(f"{name} n/a: nobody invited has come to an end")
    places = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    places.add_column(justify="right")
    places.add_column()
    for name, n in sorted(asked.endings.items()):
        places.add_row(f"{n:,}", ENDINGS.get(name, name))
    for reason, n in sorted(funnel.outside.items()):
        places.add_row(f"{n:,}", Text(f"kept out: {explain(reason)}", style="dim"))
    for outcome, n in sorted(asked.walk_ins.items()):
        places.add_row(f"{n:,}", Text(f"came by themselves: {ENDINGS.get(outcome, outcome)}", style="dim"))
    yield Padding(places, (0, 0, 0, 2))
    yield Padding(_steps(asked), (1, 0, 0, 2))
    if asked.seconds:
        yield under(f"half of those who answered did so within {_time(asked.seconds.value)}")
    if asked.ignored:
        yield under(f"not narrowed by {', '.join(asked.ignored)}: it says nothing of a contact", "yellow")


def _steps(asked: Asked) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for heading in ("question", "put to", "answered", "", "left there", ""):
        table.add_column(heading, justify="left" if heading == "question" else "right")
    for each in asked.steps:
        step = each.step
        shares = [f"{rounded(share.value):.0f} %" if share else "" for share in (each.answered, each.left)]
        table.add_row(step.question, f"{step.asked:,}", f"{step.answered:,}", shares[0], f"{step.left:,}", shares[1])
    return table


def _time(seconds: float) -> str:
    minutes = seconds / 60
    if minutes < 2:
        return f"{seconds:.0f} seconds"
    return f"{minutes:.0f} minutes" if minutes < 120 else f"{minutes / 60:.1f} hours"
