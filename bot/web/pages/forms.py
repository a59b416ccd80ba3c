"""The forms of the pages. What they call things, and what is said of mistakes, stands in the templates."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, HiddenField, PasswordField, SelectField, StringField
from wtforms.form import BaseForm
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, Length, Optional

from bot import intake
from bot.intake import Fault, NewContact, Source
from bot.web.language import gettext as _
from bot.web.language import language, later
from flows.survey import Channel

MINUTE = "%Y-%m-%dT%H:%M"

NEEDED = later("This is needed.")


def _or_none(values: Iterable[str]) -> Any:
    """Choices, of which the first is none at all."""
    return ["", *values]


class Plain(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A form of nothing but buttons."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]  # as above
        """What the library itself says of mistakes is in the reader's language too."""

        def get_translations(self, form: BaseForm) -> Any:  # noqa: ARG002  # the library gives it
            """Those of the library."""
            return get_translations([language()])

    def tell(self, faults: Iterable[Fault]) -> None:
        """Puts what is wrong beside the fields."""
        for fault in faults:
            field = self._fields.get(fault.field.partition(".")[0], self._fields["csrf_token"])
            told = f"{_(fault.problem)}; {_(fault.remedy)}."
            field.errors = [*field.errors, told[:1].upper() + told[1:]]


class SignIn(Plain):
    name = StringField(validators=[InputRequired(NEEDED)])
    password = PasswordField(validators=[InputRequired(NEEDED)])
    next = HiddenField()


class NewPassword(Plain):
    current = PasswordField(validators=[InputRequired(NEEDED)])
    new = PasswordField(validators=[InputRequired(NEEDED)])
    again = PasswordField(validators=[InputRequired(NEEDED)])


class ContactForm(Plain):
    """A contact that has ended, as an agent reports it. Times are those of the given zone."""

    reference = StringField(validators=[InputRequired(NEEDED), Length(max=intake.LONGEST_REFERENCE)])
    phone = StringField(validators=[Optional(), Length(max=40)])
    ended_at = DateTimeLocalField(format=[MINUTE, f"{MINUTE}:%S"], validators=[InputRequired(NEEDED)])
    channel = SelectField(choices=_or_none(channel.value for channel in Channel), default="")
    language = SelectField(default="")
    queue = StringField(validators=[Length(max=intake.LONGEST_NAME)])
    agent = StringField(validators=[Length(max=intake.LONGEST_NAME)])
    touchpoint = StringField(validators=[Length(max=intake.LONGEST_NAME)])

    def __init__(self, languages: Iterable[str], zone: ZoneInfo, now: datetime, **defaults: Any) -> None:
        super().__init__(ended_at=now.astimezone(zone).replace(tzinfo=None), **defaults)
        self.language.choices = _or_none(languages)
        self._zone = zone

    def contact(self) -> NewContact:
        """The contact as it is taken in."""
        return NewContact(
            reference=self.reference.data or "",
            phone=self.phone.data or None,
            ended_at=cast(datetime, self.ended_at.data).replace(tzinfo=self._zone),
            source=Source.PAGE,
            channel=Channel(self.channel.data) if self.channel.data else None,
            language=self.language.data or None,
            queue=self.queue.data or None,
            agent=self.agent.data or None,
            touchpoint=self.touchpoint.data or None,
        )

    @property
    def has_more(self) -> bool:
        """Whether anything stands in, or is wrong with, the fields that are not always needed."""
        return any(field.data or field.errors for field in (self.channel, self.language, self.touchpoint))


class FindForm(Plain):
    """Whom to look for: the reference of a contact or, where `by_number` is set, a customer's number."""

    who = StringField(validators=[InputRequired(NEEDED), Length(max=intake.LONGEST_REFERENCE)])

    def __init__(self, *, by_number: bool, **defaults: Any) -> None:
        super().__init__(**defaults)
        self.by_number = by_number


class OptOutForm(Plain):
    phone = StringField(validators=[InputRequired(NEEDED), Length(max=40)])
    undo = BooleanField()
