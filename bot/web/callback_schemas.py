"""What the API takes and gives of callbacks, field by field."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field

from bot.callbacks import LONGEST_NOTE, Listing, One
from bot.web.schemas import PRINTABLE, Name, Taken, written
from flows.callbacks import Ending
from storage.callbacks import Line


# Reasons and states are said in place: contacts have their own, and the document names its parts by their class.
class CallbackOut(BaseModel):
    """Somebody who agreed to be called back."""

    id: str
    reference: str | None
    reasons: list[Literal["low_score", "high_effort"]]
    channel: str
    queue: str | None
    agent: str | None
    touchpoint: str | None
    language: str
    agreed_at: datetime
    due_at: datetime = Field(description="When they should have been called.")
    state: Literal["open", "claimed", "closed"]
    claimed_by: str | None
    tries: int
    outcome: Ending | None
    closed_by: str | None
    closed_at: datetime | None

    @classmethod
    def fields_of(cls, line: Line) -> dict[str, object]:
        """The fields as they are given out."""
        same = {name: getattr(line, name) for name in cls.model_fields if hasattr(line, name)}
        return same | {"reasons": line.reasons.split(), "agreed_at": line.consented_at}


class Claimed(CallbackOut):
    """The same for whoever has claimed it."""

    phone: str = Field(description="Where to call.")
    verbatim: str | None = Field(description="What the customer said, as it was said.")

    @classmethod
    def of(cls, one: One) -> "Claimed":
        """The callback with its number."""
        words = "\n".join(given.verbatim for given in one.given if given.verbatim)
        known = {**CallbackOut.fields_of(one.line), "phone": one.words.number, "verbatim": words or None}
        return cls.model_validate(known)


class CallbackPath(BaseModel):
    """Which callback."""

    id: str = Field(min_length=1, max_length=200, pattern=PRINTABLE, description="Its `id`.")


class CallbacksQuery(Taken):
    """Which callbacks, and how many."""

    show: Listing = Field(Listing.OPEN, description="`mine` are those that `by` has claimed.")
    by: Name | None = Field(None, description="Whose, with `mine`.")
    limit: int = Field(50, ge=1, le=500)
    skip: int = Field(0, ge=0, le=1_000_000, description="How many to pass over.")


class CallbacksOut(BaseModel):
    """Callbacks, the longest overdue first; of closed ones the last closed."""

    open: int = Field(description="How many are to be called.")
    overdue: int = Field(description="How many of them should have been by now.")
    callbacks: list[CallbackOut]


class Claiming(Taken):
    """Who takes a callback on."""

    by: Name = Field(min_length=1, description="Who will call, as colleagues know them.")


class Closing(Taken):
    """What was done."""

    by: Name = Field(min_length=1, description="Who has claimed it.")
    outcome: Ending = Field(description="`not_reached` leaves it open for another try; `withdrawn` is the customer's.")
    note: str = Field(min_length=1, max_length=LONGEST_NOTE, pattern=r"\S", description="What was done.")
    due_at: Annotated[AwareDatetime, BeforeValidator(written)] | None = Field(
        None, description="When to try again, with `not_reached`."
    )
