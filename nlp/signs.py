"""What counts as one word, number or sign of a text."""

import re

_LETTER = r"[^\W\d_]"
_WITHIN = r"[\u0300-\u036f\u00ad\u200b-\u200d\u2060\ufe0f]"
TOKEN = re.compile(
    rf"""
      (?: [ldjmtsnc] | qu | jusqu | lorsqu | puisqu | quoiqu ) ['’] (?= [aeiouyhàâéèêëîïôœ] )  # l'attente is two words
    | \d+ (?: [.,:] \d+ )*
    | {_LETTER} (?: {_LETTER} | {_WITHIN} | ['’ʼ´`] (?= {_LETTER} ) )*
    | \.{{2,}} | [!?]+
    | [ ] | \s+
    | .
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
"""A word, a number, a sign or space."""
