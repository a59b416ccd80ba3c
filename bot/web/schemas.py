"""What the API takes and gives, field by field; the OpenAPI document is made from this."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from bot import intake
from bot.invitations import Decided, Source, State
from flows.eligibility import Reason
from flows.survey import Channel

PRINTABLE = r"^[^\x00-\x1f\x7f-\x9f]+$"
"""No control characters: they could neither be shown nor kept."""

VISIBLE = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
"""The same, and not blanks alone."""

Name = Annotated[str, Field(max_length=intake.LONGEST_NAME, pattern=PRINTABLE)]
Phone = Annotated[
    str,
    Field(
        max_length=40,
        description="A telephone number with the code of its country, as in `+31600000001`, or as it is dialled in"
        " `country`. It stands in no address, log or error.",
        json_schema_extra={"format": "phone"},
    ),
]
# Said in place: other things have sources too, and the document names its parts by their class.
Reported = Annotated[Source, WithJsonSchema({"type": "string", "enum": [source.value for source in Source]})]
Cursor = Annotated[str, Field(max_length=1200, json_schema_extra={"format": "cursor"})]


class Taken(BaseModel):
    """Something that is sent to us; what we do not know is refused."""

    model_config = ConfigDict(extra="forbid")


def taken(name: str) -> type[Taken] | None:
    """What is sent to us under the name of its class, as errors name it."""
    kinds: list[type[Taken]] = [Taken]
    for kind in kinds:
        kinds += kind.__subclasses__()
    return next((kind for kind in kinds if kind.__name__ == name), None)


def written(value: object) -> object:
    """Times are written out; a number could mean anything. Raises ValueError."""
    if isinstance(value, int | float):
        raise ValueError("write it as in 2026-01-31T14:05:00+01:00")
    return value


class Contact(Taken):
    """A contact that has ended."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "reference": "call-20260105-0042",
                "phone": "+31600000001",
                "ended_at": "2026-01-05T14:03:00+01:00",
                "queue": "billing",
                "agent": "a17",
            }
        }
    )

    reference: Annotated[
        str,
        Field(
            min_length=1,
            max_length=intake.LONGEST_REFERENCE,
            pattern=VISIBLE,
            description="What your system calls the contact; unique, and never a telephone number. Sent again, it"
            " brings back the first decision.",
        ),
    ]
    phone: Phone | None = Field(description="The customer's number; `null` or `anonymous` where it was withheld.")
    ended_at: Annotated[AwareDatetime, BeforeValidator(written)] = Field(
        description="When it ended, with its time zone."
    )
    channel: Channel | None = Field(None, description="The channel to try first; otherwise the configured order.")
    language: str | None = Field(
        None, max_length=35, description="The customer's language, as in `nl` or `nl-BE`; otherwise told by the number."
    )
    country: str | None = Field(
        None, max_length=10, description="Where the customer is, as in `NL`; otherwise told by the number."
    )
    queue: Name | None = None
    agent: Name | None = None
    touchpoint: Name | None = Field(None, description="What the contact was about or where it took place.")
    attributes: Mapping[str, Annotated[str, Field(max_length=intake.LONGEST_VALUE)]] = Field(
        {},
        description=f"At most {intake.MOST_ATTRIBUTES} more names and texts, kept encrypted.",
        json_schema_extra={"maxProperties": intake.MOST_ATTRIBUTES},
    )

    def reported(self) -> intake.NewContact:
        """The contact as it is taken in."""
        return intake.NewContact(source=Source.API, **dict(self))


class Decision(BaseModel):
    """A contact, what was decided about it, and how far its invitation has come."""

    reference: str
    decision: Literal["invited", "not_invited"]
    reason: Reason | None = Field(description="Why nobody is invited.")
    sentence: str = Field(description="The decision in one sentence, for people.")
    until: datetime | None = Field(description="From when the reason no longer holds, where that is known.")
    state: State | None = Field(description="How far the invitation has come.")
    due_at: datetime | None = Field(description="When something is to be done for the invitation next.")
    channel: Channel | None = Field(description="The channel tried last, or first of all.")
    channels: list[Channel] = Field(description="The order of channels.")
    language: str | None
    country: str | None
    queue: str | None
    agent: str | None
    touchpoint: str | None
    source: Reported = Field(description="How the contact was reported.")
    ended_at: datetime
    received_at: datetime

    @classmethod
    def of(cls, decided: Decided) -> "Decision":
        """The decision as it is given out."""
        invited: Literal["invited", "not_invited"] = "invited" if decided.invited else "not_invited"
        known = {name: value for name, value in asdict(decided).items() if name in cls.model_fields}
        return cls(decision=invited, **known)


class ContactPath(BaseModel):
    """Which contact."""

    reference: str = Field(
        min_length=1,
        max_length=intake.LONGEST_REFERENCE,
        pattern=PRINTABLE,
        description="Percent-encoded, as in `a%2Fb` for `a/b`.",
    )


class ContactsQuery(Taken):
    """Which contacts, and how many of them."""

    decision: Literal["invited", "not_invited"] | None = None
    reason: Reason | None = None
    state: State | None = None
    queue: Name | None = None
    agent: Name | None = None
    limit: int = Field(50, ge=1, le=500, description="Contacts on a page.")
    cursor: Cursor | None = Field(None, description="`next` of the page before, to go on from there.")


class Contacts(BaseModel):
    """A page of contacts, the newest first."""

    contacts: list[Decision]
    next: str | None = Field(description="The cursor of the next page; null on the last.")


class OptOut(Taken):
    """A person who wants no more questions, or does not mind them after all."""

    model_config = ConfigDict(json_schema_extra={"example": {"phone": "+31600000001"}})

    phone: Phone
    country: str | None = Field(
        None, max_length=10, description="Where the number is dialled, if it lacks the country's code."
    )
    undo: bool = Field(False, strict=True, description="Take the opt-out back.")


class OptedOut(BaseModel):
    """How it now stands."""

    opted_out: bool


class OptOutsQuery(Taken):
    """How many of the latest."""

    limit: int = Field(50, ge=1, le=500)


class Noted(BaseModel):
    """An opt-out, without the person: nobody can tell from here whose it is."""

    at: datetime
    how: str = Field(description="The channel on which it was said, or `api`, `page` or `cli`.")


class OptOuts(BaseModel):
    """How many people have opted out, and when the latest did."""

    count: int
    latest: list[Noted]
