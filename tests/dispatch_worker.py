"""A worker as `nawoord worker` starts it, but with less patience for the carrier, so that a test need not have much."""

from dataclasses import replace
from os import environ

from bot import app
from bot.carriers.twilio import TwilioCarrier
from bot.worker import work
from tests.fake_twilio import ACCOUNT, KEY, SECRET

TIMEOUT = 1.0
"""Seconds it waits for each of the carrier's answers."""

if __name__ == "__main__":
    carrier = TwilioCarrier(ACCOUNT, KEY, SECRET, api_url=environ["NAWOORD_TWILIO_API_URL"], timeout=TIMEOUT)
    parts = app.ready()
    dispatch = replace(app.dispatch_of(parts), carrier=carrier)
    work(dispatch, parts.verbatims, parts.callbacks, app.announcements_of(parts), app.schedule_of(parts, dispatch))
