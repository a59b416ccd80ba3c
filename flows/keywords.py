"""The words to which a carrier itself replies when they are a whole SMS, before we see them."""

from collections.abc import Mapping

STOP, START, HELP = "STOP", "START", "HELP"

KEYWORDS: Mapping[str, str] = {
    **dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT"), STOP),
    **dict.fromkeys(("START", "YES", "UNSTOP"), START),
    **dict.fromkeys(("HELP", "INFO"), HELP),
}
"""Twilio's default keywords, in capitals, and what each means. A reply of ours would be a second one."""
