"""What `nawoord check` looks over: the wordings, and whether settings and survey fit together."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

from bot.dispatch import REMIND_WITHIN
from bot.settings import CarrierName, Settings
from flows.lint import Finding, Severity, lint, lint_voices
from flows.survey import Channel, Survey


def findings(settings: Settings, survey: Survey) -> tuple[Finding, ...]:
    """Everything found, errors first."""
    chosen = {
        code: (settings.voice.voices[code], language.locale)
        for code, language in survey.languages.items()
        if code in settings.voice.voices
    }
    found = chain(_fit(settings, survey), lint(survey, settings.text.most_segments), lint_voices(chosen))
    return tuple(sorted(found, key=lambda finding: finding.severity is not Severity.ERROR))


def _fit(settings: Settings, survey: Survey) -> Iterator[Finding]:
    """Settings that name what the survey lacks, or leave out what it needs."""
    spoken = ", ".join(survey.languages)
    questions = {question.key for question in survey.everything}
    for code in survey.languages:
        if code not in settings.voice.voices:
            yield Finding(Severity.ERROR, "voice.voices", f"nobody speaks {code}", f"name a voice, as in {code}: ...")
    if settings.default_language not in survey.languages:
        remedy = f"choose one of {spoken}"
        yield Finding(Severity.ERROR, "default_language", f"the survey has no {settings.default_language}", remedy)
    for country, codes in settings.countries.items():
        if not set(codes) & set(survey.languages):
            problem = f"the survey has none of {', '.join(codes)}"
            yield Finding(Severity.WARNING, f"countries.{country}", problem, "callers are offered a choice instead")
    for number, code in settings.numbers.items():
        if code not in survey.languages:
            ending = f"numbers: the one ending in {number[-2:]}"
            yield Finding(Severity.ERROR, ending, f"the survey has no {code}", f"choose one of {spoken}")
    for question in settings.whatsapp.buttons:
        if question not in questions:
            remedy = f"choose one of {', '.join(sorted(questions))}"
            yield Finding(Severity.ERROR, f"whatsapp.buttons.{question}", "there is no such question", remedy)
    yield from _reminding(settings)
    if settings.carrier is CarrierName.TWILIO and not settings.secrets.secret_key:
        remedy = "set NAWOORD_SECRET_KEY, and keep it where backups of the database are not"
        yield Finding(Severity.WARNING, "environment", "the secret key lies in a file beside the data", remedy)
    if settings.carrier is CarrierName.TWILIO:
        yield from _sending(settings)


def _reminding(settings: Settings) -> Iterator[Finding]:
    """A reminder that is set and can never go out."""
    eligibility, hours = settings.eligibility, settings.dispatch.reminder_hours
    left = timedelta(hours=eligibility.oldest_hours) - timedelta(minutes=eligibility.delay_minutes)
    if hours is not None and left < min(timedelta(hours=hours), REMIND_WITHIN):
        problem = "there is no time for it before eligibility.oldest_hours are over"
        remedy = "raise oldest_hours, or set reminder_hours to null"
        yield Finding(Severity.WARNING, "dispatch.reminder_hours", problem, remedy)


def _sending(settings: Settings) -> Iterator[Finding]:
    """What Twilio needs beside answering, to send invitations."""
    if not settings.secrets.twilio_account_sid or not settings.twilio.number:
        remedy = "set TWILIO_ACCOUNT_SID and NAWOORD_TWILIO_NUMBER; until then nobody can be invited"
        yield Finding(Severity.WARNING, "twilio", "there is no account or number to send from", remedy)
    if Channel.WHATSAPP in settings.eligibility.channels and not settings.whatsapp.invitation:
        remedy = "name an approved template for each language, or take whatsapp out of eligibility.channels"
        yield Finding(Severity.WARNING, "whatsapp.invitation", "nobody can be invited by WhatsApp", remedy)
