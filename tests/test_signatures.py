"""Twilio's webhooks are told from forgeries, whatever a proxy, a repeated field or a rotation makes of them."""

import pytest
from werkzeug.datastructures import MultiDict

from bot.carriers.twilio import is_genuine, sign

TOKEN = "12345"
URL = "https://example.com/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675310",
    "Digits": "1234",
    "From": "+14158675310",
    "To": "+18005551212",
}


def test_signing_reproduces_the_published_vector() -> None:
    """The example that Twilio documents comes out with the signature it documents."""
    assert sign(TOKEN, URL, FORM) == "L/OH5YylLD5NRKLltdqwSvS0BnU="


GENUINE = {
    "plain": (URL, FORM),
    "no fields": (URL, {}),
    "fields in any order": (URL, dict(reversed(FORM.items()))),
    "percent-encoded query": ("https://example.com/v?ref=a%3Ab%2Cc%7E%C3%A9%2B", FORM),
    "percent-encoded path": ("https://example.com/a%2Fb%20c", FORM),
    "non-ascii body": (URL, {"Body": "één ✨ عربى 🔟"}),
    "empty values": (URL, {"Body": "", "NumMedia": "0"}),
    "plain http with port": ("http://127.0.0.1:8000/twilio/voice", FORM),
    "https with port": ("https://example.com:8443/twilio/messages", FORM),
    "ipv6 with port": ("http://[::1]:8000/twilio/voice", FORM),
    "bare question mark": ("https://example.com/twilio/voice?", FORM),
    "fields of later years": (URL, {**FORM, "StirVerstat": "TN-Validation-Passed-A"}),
}


@pytest.mark.parametrize(("url", "form"), GENUINE.values(), ids=GENUINE)
def test_a_signed_request_is_genuine(url: str, form: dict[str, str]) -> None:
    """What is signed for a URL and a form is found genuine for the same URL and form."""
    assert is_genuine([TOKEN], url, form, sign(TOKEN, url, form))


FORGED = {
    "forged signature": (URL, FORM, "L/OH5YylLD5NRKLltdqwSvS0BnV="),
    "missing signature": (URL, FORM, None),
    "empty signature": (URL, FORM, ""),
    "short signature": (URL, FORM, "L/OH"),
    "signature that is no ascii": (URL, FORM, "ÿ/OH5YylLD5NRKLltdqwSvS0BnU="),
    "made with another token": (URL, FORM, sign("54321", URL, FORM)),
    "made with no token": (URL, FORM, sign("", URL, FORM)),
    "other host": ("https://example.org/myapp.php?foo=1&bar=2", FORM, sign(TOKEN, URL, FORM)),
    "other path": ("https://example.com/other.php?foo=1&bar=2", FORM, sign(TOKEN, URL, FORM)),
    "other query": ("https://example.com/myapp.php?foo=1&bar=3", FORM, sign(TOKEN, URL, FORM)),
    "query in another order": ("https://example.com/myapp.php?bar=2&foo=1", FORM, sign(TOKEN, URL, FORM)),
    "decoded query": (
        "https://example.com/v?ref=a:b",
        FORM,
        sign(TOKEN, "https://example.com/v?ref=a%3Ab", FORM),
    ),
    "http for https": ("http://example.com/myapp.php?foo=1&bar=2", FORM, sign(TOKEN, URL, FORM)),
    "other port": ("http://a.nl:8001/v", FORM, sign(TOKEN, "http://a.nl:8000/v", FORM)),
    "changed field": (URL, {**FORM, "Digits": "9"}, sign(TOKEN, URL, FORM)),
    "added field": (URL, {**FORM, "Body": "9"}, sign(TOKEN, URL, FORM)),
    "field left out": (URL, {"Digits": "1234"}, sign(TOKEN, URL, FORM)),
}


@pytest.mark.parametrize(("url", "form", "signature"), FORGED.values(), ids=FORGED)
def test_anything_else_is_forged(url: str, form: dict[str, str], signature: str | None) -> None:
    """A signature that is missing, wrong, or made for another URL, form or token is refused without an exception."""
    assert not is_genuine([TOKEN, ""], url, form, signature)


def test_repeated_fields_are_all_signed() -> None:
    """A field sent twice counts with both values; losing one of them breaks the signature."""
    form = MultiDict([("MediaUrl", "b"), ("MediaUrl", "a"), ("Body", "x")])
    signature = sign(TOKEN, URL, form)
    assert is_genuine([TOKEN], URL, form, signature)
    assert not is_genuine([TOKEN], URL, form.to_dict(), signature)


@pytest.mark.parametrize(
    ("ours", "signed"),
    [
        ("https://example.com/v?a=1", "https://example.com:443/v?a=1"),
        ("https://example.com:8443/v", "https://example.com/v"),
        ("http://example.com/v", "http://example.com:80/v"),
        ("https://user:secret@example.com:8443/v#rc=2", "https://example.com:8443/v"),
    ],
)
def test_the_port_may_be_signed_or_left_out(ours: str, signed: str) -> None:
    """Voice drops the port and messaging keeps it, user and fragment are never signed: all are the same URL to us."""
    assert is_genuine([TOKEN], ours, FORM, sign(TOKEN, signed, FORM))


def test_two_tokens_during_a_rotation() -> None:
    """While a token is rotated the old and the new one are both good; once the old is gone it is not."""
    old, new = (sign(token, URL, FORM) for token in ("old", "new"))
    assert is_genuine(["old", "new"], URL, FORM, old)
    assert is_genuine(["old", "new"], URL, FORM, new)
    assert not is_genuine(["new"], URL, FORM, old)


def test_without_any_token_nothing_is_genuine() -> None:
    """A configuration without tokens refuses everything, even a signature made with an empty one."""
    assert not is_genuine([], URL, FORM, sign("", URL, FORM))
    assert not is_genuine([""], URL, FORM, sign("", URL, FORM))
