"""What is told about ourselves: logs, in which no telephone number ever stands."""

import logging
import re
from typing import Any

NUMBER = re.compile(r"(?:\+|%2B)?\d(?:[ -]?\d){6,}", re.IGNORECASE)
HIDDEN = "[number]"


class Discreet(logging.Formatter):
    """Formats records, tracebacks included, with everything that looks like a telephone number hidden."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 -- its name in the standard library
        record.message = NUMBER.sub(HIDDEN, record.message)
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802 -- its name in the standard library
        return NUMBER.sub(HIDDEN, super().formatException(ei))


def log_to_stderr() -> None:
    """Log discreetly to standard error; standard output is for data."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for talkative in ("alembic", "apscheduler", "twilio.http_client"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
