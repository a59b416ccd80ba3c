"""A worker as `nawoord worker` starts it, but with less patience for the carrier, so that a test need not have much."""

import os
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from bot import app
from bot.carriers.twilio import TwilioCarrier
from bot.config import PROJECT
from bot.worker import work
from tests.fake_twilio import ACCOUNT, KEY, SECRET

TIMEOUT = 1.0
"""Seconds it waits for each of the carrier's answers."""

_CONTEXT = get_context("forkserver")
# Every worker is a process of its own; what it imports, which takes seconds, is imported once for all of them.
_CONTEXT.set_forkserver_preload([__name__, "nlp.models", "nlp.tagger", "pytest"])


def started(environment: Mapping[str, str], log: Path) -> ForkServerProcess:
    """A worker process with that environment, which writes what it has to say at the end of the log."""
    process = _CONTEXT.Process(target=_run, args=(dict(environment), log))
    process.start()
    return process


def _run(environment: Mapping[str, str], log: Path) -> None:
    with log.open("ab") as file:
        os.dup2(file.fileno(), 2)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(PROJECT)
    url = environment["NAWOORD_TWILIO_API_URL"]
    carrier = TwilioCarrier(ACCOUNT, KEY, SECRET, api_url=url, timeout=TIMEOUT)
    parts = app.ready()
    dispatch = replace(app.dispatch_of(parts), carrier=carrier)
    work(dispatch, parts.verbatims, parts.callbacks, app.announcements_of(parts), app.schedule_of(parts, dispatch))
