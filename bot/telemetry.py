"""What is told about ourselves: logs, in which no telephone number ever stands."""

import logging
import re

NUMBER = re.compile(r"(?<![\w.:-])\+?\d[\d ]{6,}\d(?![\w:])")
HIDDEN = "[number]"


class Discreet(logging.Formatter):
    """Formats records, tracebacks included, with everything that looks like a telephone number hidden."""

    def format(self, record: logging.LogRecord) -> str:
        return NUMBER.sub(HIDDEN, super().format(record))


def log_to_stderr(level: int = logging.INFO) -> None:
    """Log discreetly to standard error; standard output is for data."""
    handler = logging.StreamHandler()
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for talkative in ("alembic", "apscheduler"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
