"""The language a page is read in: which one, what is said in it, and how numbers and days are written."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import cast

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import LazyProxy, NullTranslations, Translations
from flask import Flask, Response, current_app, has_request_context, request
from markupsafe import Markup

from flows.estimates import rounded

LOCALES: Mapping[str, Locale] = {"en": Locale("en", "GB"), "nl": Locale("nl")}
"""The languages that pages are written in; the first for whoever reads none of them."""

NAMES: Mapping[str, str] = {"en": "English", "nl": "Nederlands"}
"""What each calls itself."""

CATALOGUES = Path(__file__).parent / "translations"

COOKIE = "nawoord-language"
YEAR = 365 * 24 * 60 * 60
"""Seconds that a choice is remembered."""

MINUS, NO_VALUE = "−", "–"


def language() -> str:
    """The code of the reader's language: as chosen, else the first that the browser asks for and we write."""
    if not has_request_context():
        return next(iter(LOCALES))
    asked = [tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality]
    return next(code for code in (request.cookies.get(COOKIE, ""), *asked, *LOCALES) if code in LOCALES)


def choose(response: Response, code: str) -> None:
    """Lets the browser remember a language; one that we do not write is forgotten."""
    if code in LOCALES:
        is_https = current_app.config["SESSION_COOKIE_SECURE"]
        response.set_cookie(COOKIE, code, max_age=YEAR, secure=is_https, httponly=True, samesite="Lax")
    else:
        response.delete_cookie(COOKIE)


def gettext(message: str, **values: object) -> str:
    """The message in the reader's language, with the values in their places if there are any."""
    said = catalogue(language()).gettext(message)
    return said % values if values else said


def shown(message: str, **values: object) -> Markup:
    """The same for a template: tags of the message are tags, all of a value is text, and `%%` is a per cent sign."""
    return Markup(catalogue(language()).gettext(message)) % values  # noqa: S704  # our own words


def counted(one: str, many: str, n: int, **values: object) -> Markup:
    """The same for that many, of which the message may say `%(n)s`."""
    said = Markup(catalogue(language()).ngettext(one, many, n))  # noqa: S704  # our own words
    return said % {"n": number(n), **values}


def later(message: str) -> str:
    """A message that is looked up when it is shown: for what is made before anybody reads."""
    return cast(str, LazyProxy(gettext, message, enable_cache=False))


def marked(message: str) -> str:
    """The message as it is, which somebody looks up later: for tables of words."""
    return message


def number(value: float | None, digits: int = 0, *, signed: bool = False) -> str:
    """With that many decimals, halves away from zero; signed: with a plus too, and none for what rounds to nothing."""
    if value is None:
        return NO_VALUE
    shown = rounded(value, digits)
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    written: str = format_decimal(abs(shown), pattern, locale=LOCALES[language()])
    sign = MINUS if shown < 0 else "+" if signed and shown > 0 else ""
    return sign + written


def percent(share: float | None, digits: int = 0) -> str:
    """A share between 0 and 1 as a percentage."""
    return NO_VALUE if share is None else f"{number(rounded(100 * share, digits + 6), digits)}%"


def day(value: date | None, form: str = "d MMM y") -> str:
    """A day, as in 5 Jan 2026; form: as in the Unicode standard for dates."""
    return format_date(value, form, locale=LOCALES[language()]) if value else NO_VALUE


def speak(app: Flask) -> None:
    """Lets the application's templates say things in the reader's language."""
    for code in LOCALES:
        catalogue(code)
    said = {"_": shown, "ngettext": counted, "number": number, "percent": percent, "day": day}
    app.jinja_env.globals.update(said, language=language, language_names=NAMES)


@cache
def catalogue(code: str) -> NullTranslations:
    """What is said in a language; English, in which the messages are written, has no file."""
    path = CATALOGUES / f"{code}.po"
    if not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return Translations(compiled)
