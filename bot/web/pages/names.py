"""What measures, dimensions and their values are called in the reader's language."""

from babel import Locale

from bot.web.language import gettext as _
from bot.web.language import language
from flows.filters import UNKNOWN
from flows.measures import Band, Measure
from flows.rates import Class
from flows.survey import Open, Rating, Survey


def instrument_name(instrument: str) -> str:
    """As people call the measure; one of the centre's own by its key."""
    return {
        "nps": _("NPS"),
        "ces_effort": _("CES, effort"),
        "ces_ease": _("CES, ease"),
        "ces_agreement": _("CES 2.0, agreement"),
    }.get(instrument, instrument)


def question_name(survey: Survey, key: str, instrument: str | None = None) -> str:
    """As people call a question: by what it measures, an open one as such, with its key where it takes that to tell it
    from others; one that is no longer asked by its key alone, unless the instrument is known.
    """
    names = {
        each.key: instrument_name(each.instrument) if isinstance(each, Rating) else _("In their own words")
        for each in survey.everything
        if isinstance(each, Rating | Open)
    }
    name = instrument_name(instrument) if instrument else names.get(key, f"“{key}”")
    is_alone = list(names.values()).count(name) <= 1
    return name if is_alone else f"{name} “{key}”"


def dimension_name(name: str) -> str:
    """What a name of the filter is called."""
    return {
        "channel": _("Channel"),
        "language": _("Language"),
        "country": _("Country"),
        "queue": _("Queue"),
        "agent": _("Agent"),
        "touchpoint": _("Touchpoint"),
        "survey": _("Survey"),
        "instrument": _("Measure"),
        "series": _("Wording"),
        "theme": _("Theme"),
    }.get(name, name)


def answered_alike(dimension: str) -> str:
    """The condition that an adjusted score is told under."""
    return {
        "channel": _("Had every channel answered equally often"),
        "queue": _("Had every queue answered equally often"),
        "language": _("Had every language answered equally often"),
        "country": _("Had every country answered equally often"),
        "touchpoint": _("Had every touchpoint answered equally often"),
    }[dimension]


def value_name(name: str, value: str) -> str:
    """What a value of that dimension is called; whatever centres name themselves keeps its name."""
    if value == UNKNOWN:
        return _("not known")
    locale = Locale.parse(language())
    if name == "channel":
        return {"call": _("Call"), "sms": _("SMS"), "whatsapp": _("WhatsApp")}.get(value, value)
    if name == "language":
        return str(locale.languages.get(value, value)).capitalize()
    if name == "country":
        return str(locale.territories.get(value.upper(), value))
    return instrument_name(value) if name == "instrument" else value


def band_names(measure: Measure) -> dict[Band, str]:
    """What the answers of each band are called."""
    if measure.names[0] == "promoter":
        names = (_("Promoters"), _("Passives"), _("Detractors"))
    elif measure.names[0] == "low":
        names = (_("Low effort"), _("In between"), _("High effort"))
    else:
        names = (_("Good"), _("In between"), _("Bad"))
    return dict(zip(Band, names, strict=True))


def class_name(aapor: Class) -> str:
    """What AAPOR's class of an ending is called."""
    return {
        Class.COMPLETE: _("Complete"),
        Class.PARTIAL: _("Partial"),
        Class.REFUSAL: _("Refusal or break-off"),
        Class.NON_CONTACT: _("Non-contact"),
        Class.OTHER: _("Other"),
        Class.UNKNOWN_HOUSEHOLD: _("Unknown whether anybody is there"),
        Class.UNKNOWN_OTHER: _("Unknown, other"),
        Class.INELIGIBLE: _("Not eligible"),
    }[aapor]


def step_name(step: str) -> str:
    """What a step of the way from an invitation to the end of a survey is called."""
    return {
        "invited": _("Invited"),
        "offered": _("Sent or offered"),
        "connected": _("Delivered"),
        "started": _("Started"),
        "answered": _("Answered with a number"),
        "completed": _("Completed"),
    }[step]
