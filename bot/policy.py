"""The rules of eligibility as the settings have them, and a contact as the decision needs it."""

from datetime import timedelta

from bot.addresses import Address
from bot.languages import default_language, languages_for
from bot.settings import CarrierName, Settings
from flows.eligibility import Policy
from flows.survey import Survey


def policy_of(settings: Settings, survey: Survey, salt: bytes) -> Policy:
    """The rules. salt: what the sample is drawn with, so that nobody outside can tell who is in it."""
    rules = settings.eligibility
    return Policy(
        countries={code: rules.open_hours(code) for code in rules.countries},
        channels=rules.channels,
        languages=frozenset(survey.languages),
        templates=None if settings.carrier is CarrierName.SANDBOX else frozenset(settings.whatsapp.invitation),
        delay=timedelta(minutes=rules.delay_minutes),
        oldest=timedelta(hours=rules.oldest_hours),
        quarantine=timedelta(days=rules.quarantine_days),
        share=rules.share,
        shares=rules.shares,
        salt=salt,
        a_day=rules.a_day,
    )


def likely_language(settings: Settings, survey: Survey, address: Address) -> str:
    """The language of somebody of whom only the number and perhaps the country is known."""
    told = languages_for(settings, survey, "", address)
    return (*told, default_language(settings, survey))[0]
