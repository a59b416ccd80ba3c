"""One correction of a verbatim, as a button or a key asks for it, and whom it would overrule unseen."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.cursors import moment_of
from bot.verbatims import Decided, Shown
from nlp.tags import Sentiment


class Do(StrEnum):
    """What can be done with the themes of a verbatim."""

    ACCEPT = "accept"
    REMOVE = "remove"
    FEEL = "feel"
    ADD = "add"
    COMPLETE = "complete"
    UNDO = "undo"


class OverruledError(Exception):
    """Somebody else has decided otherwise meanwhile. by: who."""

    def __init__(self, by: str) -> None:
        super().__init__(f"{by} has decided otherwise meanwhile")
        self.by = by


@dataclass(frozen=True, slots=True)
class Correction:
    """theme: None where all are meant; sentiment: None where it stays as it is; at: when what is undone was decided."""

    do: Do
    theme: str | None = None
    sentiment: Sentiment | None = None
    at: datetime | None = None

    def decided(self, shown: Shown, by: str, seen: datetime) -> Decided:
        """What it decides of the verbatim as it stands. seen: when what they saw had last been decided of.

        Raises OverruledError where it would overrule what they have not seen.
        """
        if other := self._overruled(shown, by, seen):
            raise OverruledError(other)
        return self._decision(shown)

    def _decision(self, shown: Shown) -> Decided:
        felt = {tag.theme: tag.sentiment for tag in shown.tags}
        if self.theme is None:
            return felt, ()
        if self.do is Do.REMOVE:
            return {}, (self.theme,)
        return {self.theme: self.sentiment or felt.get(self.theme)}, (self.theme,)

    def _overruled(self, shown: Shown, by: str, seen: datetime) -> str | None:
        """Who has decided otherwise since this was seen; None where nobody has."""
        speaks_of, of = self._decision(shown)
        for decision in reversed(shown.decisions):
            is_unseen = decision.by != by and decision.at > seen
            if is_unseen and self.theme is None:
                return decision.by
            if is_unseen and decision.theme in of:
                felt = speaks_of.get(decision.theme)
                agrees = decision.present == (decision.theme in speaks_of) and felt in (None, decision.sentiment)
                return None if agrees else decision.by
        return None


def read(form: Mapping[str, str]) -> Correction | None:
    """The correction in a form: `do` is one word, or with it the theme and the feeling; None where it is none."""
    do, *rest = form.get("do", "").split() or [""]
    if do not in set(Do):
        return None
    if do == Do.ADD and not rest:
        rest = [form.get("theme", "").strip(), form.get("sentiment", "").strip()]
    theme, feeling, *_ = [*(each or None for each in rest), None, None]
    match Do(do):
        case Do.UNDO:
            at = moment_of(theme or "")
            return Correction(Do.UNDO, at=at) if at else None
        case Do.COMPLETE:
            return Correction(Do.COMPLETE)
        case Do.FEEL if feeling not in set(Sentiment):
            return None
        case _ if theme is None or feeling not in {None, *Sentiment}:
            return None
        case doing:
            return Correction(doing, theme, Sentiment(feeling) if feeling else None)
