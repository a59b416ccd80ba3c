"""Logs: what they tell of ourselves, and never of respondents."""

import logging
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.config import PROJECT
from bot.telemetry import HIDDEN, Discreet, log_to_stderr


@pytest.mark.parametrize(
    "number",
    [
        *("+31600000001", "31600000001", "whatsapp:+31600000001", "whatsapp:31600000001", "client:31600000001"),
        *("sip:31600000001@pbx.example", "+31 6 0000 0001", "+31-6-00000001", "%2B31600000001", "+31600000001:"),
    ],
)
def test_a_number_is_hidden_however_it_is_written(number: str) -> None:
    """In the message, in its arguments and in a traceback."""
    formatter = Discreet("%(asctime)s %(levelname)s %(message)s")
    try:
        raise ValueError(f"cannot reach {number}")
    except ValueError as error:
        trouble = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "from %s to us", (number,), trouble)
    told = formatter.format(record)
    assert "0000" not in told
    assert told.count(HIDDEN) == 2
    assert "cannot reach" in told
    assert formatter.formatTime(record) in told, "the time is no number to hide"


def test_the_processes_of_the_web_log_discreetly_too(tmp_path: Path) -> None:
    """A server starts them by themselves, without the command line that would have seen to it."""
    (tmp_path / "config.yaml").write_text("", encoding="utf-8")
    said = "from bot.app import application; application().logger.error('cannot reach +31600000001')"
    environment = os.environ | {"NAWOORD_CONFIG": str(tmp_path / "config.yaml")}
    done = subprocess.run([sys.executable, "-c", said], env=environment, cwd=PROJECT, capture_output=True, text=True)
    assert f"cannot reach {HIDDEN}" in done.stderr
    assert "0000" not in done.stderr.partition("cannot reach")[2]


def test_what_is_sent_to_the_carrier_is_not_logged() -> None:
    """The client of the carrier would log every request, its text included."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        log_to_stderr()
        assert not logging.getLogger("twilio.http_client").isEnabledFor(logging.INFO)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
