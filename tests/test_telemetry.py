"""Logs: what they tell of ourselves, and never of respondents."""

import logging

import pytest

from bot.telemetry import HIDDEN, Discreet


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
