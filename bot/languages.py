"""In which language somebody is spoken to, or which choice is offered."""

from bot.addresses import Address
from bot.settings import Settings
from flows.survey import Survey


def languages_for(
    settings: Settings, survey: Survey, ours: str, theirs: Address, wanted: str | None = None
) -> tuple[str, ...]:
    """The languages this person may be spoken to in, likeliest first; none where nothing tells.

    What is known of the contact goes first, then the number that was called, then where the caller's number is from.
    Only languages the survey speaks are named.
    """
    for told in ((wanted or "",), (settings.numbers.get(ours, ""),), settings.countries.get(theirs.country or "", ())):
        if spoken := tuple(code for code in told if code in survey.languages):
            return spoken
    return ()


def default_language(settings: Settings, survey: Survey) -> str:
    """The language where nothing tells: the configured one, else the survey's first."""
    return settings.default_language if settings.default_language in survey.languages else next(iter(survey.languages))
