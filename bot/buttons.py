"""Questions that are answered by buttons: content templates on WhatsApp, sent by the carrier's API instead of TwiML."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.carriers import Button, Carrier, CarrierError, Outgoing
from bot.messages import Message
from flows.survey import Channel, Rating
from flows.turn import Reply, Tapped, Turn

LONGEST_TITLE = 20
"""Characters on a button."""


@dataclass(frozen=True, slots=True)
class Buttons:
    """The buttons there are. templates: by question and language; carrier: sends them."""

    templates: Mapping[str, Mapping[str, str]]
    carrier: Carrier

    def template(self, reply: Reply, language: str, channel: Channel) -> str | None:
        """The template whose buttons answer what this reply asks; None where there is none on this channel."""
        of_question = self.templates.get(reply.awaits.key if reply.awaits else "", {})
        return of_question.get(language) if channel is Channel.WHATSAPP else None

    def send(self, received: Message, turn: Turn) -> bool:
        """Whether the question is on its way with its buttons; if it is not, it has to go in words."""
        channel, language, question = received.theirs.channel, turn.session.language, turn.reply.awaits
        template = self.template(turn.reply, language, channel)
        if not template or not isinstance(question, Rating):
            return True
        text, theirs = turn.reply.text, received.theirs.person or ""
        variables = {"1": text.replace("\n", " ")}
        try:
            self.carrier.send(
                Outgoing(channel, received.ours, theirs, text, template, _buttons(question, language), variables)
            )
        except CarrierError:
            return False  # even where it may have been sent: to be asked twice is better than not at all
        return True


def tapped(payload: str) -> Tapped | None:
    """What touching a button means, if it is one of ours: its payload names the question and the number."""
    question, colon, text = payload.partition(":")
    return Tapped(question, text) if colon else None


def _buttons(question: Rating, language: str) -> tuple[Button, ...]:
    scale, anchors = question.scale, question.anchors[language]
    ends = {scale.low: anchors.low, scale.high: anchors.high}
    return tuple(
        Button(f"{question.key}:{n}", f"{n} {ends.get(n, '')}".strip()[:LONGEST_TITLE])
        for n in range(scale.low, scale.high + 1)
    )
