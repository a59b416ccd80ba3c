"""Keeps a consent to be called back with the turn in which it was given, refused or taken back."""

from datetime import datetime, timedelta

from bot.settings import Settings
from flows.callbacks import reasons
from flows.session import Permission, Waiting
from flows.survey import Consent, Survey
from flows.turn import Permitted, Turn
from storage import callbacks, respondents
from storage.callbacks import NewCallback
from storage.database import Connection
from storage.encryption import Keys
from storage.sessions import Kept


def keep_permission(
    connection: Connection,
    keys: Keys,
    settings: Settings,
    survey: Survey,
    kept: Kept,
    turn: Turn,
    id: str,
    at: datetime,
) -> None:
    """Makes the callback that was agreed to in this turn, and closes the one taken back; else does nothing.

    kept: the session before the turn; id: of the callback, should there be one. A copy of the turn has undone its
    transaction before it comes here, so that no consent is kept twice.
    """
    permitted = next((event for event in turn.events if isinstance(event, Permitted)), None)
    if permitted is None or survey.callback is None or kept.respondent is None:
        return
    if not permitted.granted:
        callbacks.withdraw(connection, kept.id, at)
        return
    number = respondents.address(connection, keys, kept.respondent)
    said = turn.session.answers[permitted.question]
    if number is None or not isinstance(said, Permission):
        return
    new = NewCallback(
        id=id,
        session=kept.id,
        reference=kept.reference,
        reasons=" ".join(reasons(survey, turn.session)),
        survey_version=turn.session.version,
        language=turn.session.language,
        asked=_asked(survey, survey.callback, kept),
        said=said.raw,
        number=number,
        consented_at=at,
        due_at=at + timedelta(hours=settings.callbacks.due_hours),
    )
    callbacks.agree(connection, keys, new, settings.callbacks.ways)


def _asked(survey: Survey, callback: Consent, kept: Kept) -> str:
    """The question as it was last put."""
    session, awaited = kept.session, kept.session.awaited
    misses = awaited.misses if isinstance(awaited, Waiting) else 0
    return survey.say(callback.prompts[session.language, session.medium].on_try(misses))
