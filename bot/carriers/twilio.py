"""Twilio: knows its webhooks from forgeries, and sends messages and places calls by its REST API."""

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from socket import gaierror
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from requests.exceptions import ConnectTimeout, RequestException
from twilio.base.exceptions import TwilioException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from bot.carriers import CarrierError, Found, Outgoing, OutgoingCall, Sought, address
from bot.carriers.errors import FINAL, verdict
from flows.survey import Channel

SIGNATURE_HEADER = "X-Twilio-Signature"

TIMEOUT = 10.0
"""Seconds we wait for Twilio's answer; its SDK would wait for ever."""

PASSING_STATUSES = frozenset({401, 403, 408, 429})
"""Client errors that are about our account or its pace, not about this message."""

LISTED = 200
"""Messages or calls between two numbers that are looked through at most; few people ever get as many."""


def sign(token: str, url: str, form: Mapping[str, str]) -> str:
    """The signature Twilio would send with this form to this URL. A MultiDict keeps its repeated fields."""
    return str(RequestValidator(token).compute_signature(url, form))


def is_genuine(tokens: Iterable[str], url: str, form: Mapping[str, str], signature: str | None) -> bool:
    """Whether the signature was made with one of the tokens for this form posted to this URL.

    url: the configured public base URL and the raw request target, exactly as sent; it is tried with and without port,
    since Twilio itself differs between voice and messaging. An empty token never counts.
    """
    if not signature:
        return False
    # No early exit: how long this takes must not tell which token or which form of the URL came close.
    matches = [
        hmac.compare_digest(sign(token, candidate, form).encode(), signature.encode())
        for token in tokens
        if token
        for candidate in _as_signed(url)
    ]
    return any(matches)


class TwilioCarrier:
    """Sends messages and places calls through Twilio, or through a server that speaks its REST API.

    key, secret: an API key and its secret, or the account SID and its auth token.
    status_callback: where Twilio reports what became of a message that names no place itself;
    api_url: the base URL of a compatible server; timeout: seconds we wait for each answer, and nothing is asked twice.
    """

    def __init__(
        self,
        account: str,
        key: str,
        secret: str,
        status_callback: str | None = None,
        api_url: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        http = _RebasedHttpClient(api_url, timeout) if api_url else TwilioHttpClient(timeout=timeout)
        # An environment of our own: the SDK would otherwise be rerouted by TWILIO_REGION or TWILIO_EDGE unseen.
        own = {"TWILIO_ACCOUNT_SID": account}
        self._client = Client(key, secret, account, http_client=http, environment=own)
        self._status_callback = status_callback

    def send(self, message: Outgoing) -> str:
        """Creates the message at Twilio; returns its SID. Raises CarrierError."""
        fields: dict[str, Any] = {
            "from_": address(message.channel, message.ours),
            "to": address(message.channel, message.theirs),
        }
        if message.content:
            fields |= {"content_sid": message.content}
            fields |= {"content_variables": json.dumps(dict(message.variables))} if message.variables else {}
        else:
            fields |= {"body": message.text}
        if status_callback := message.status_callback or self._status_callback:
            fields |= {"status_callback": status_callback}
        if message.valid_seconds:
            fields |= {"validity_period": message.valid_seconds}
        with _errors_as_ours():
            return _sid(self._client.messages.create(**fields))

    def place(self, call: OutgoingCall) -> str:
        """Creates the call at Twilio, where it may wait for its turn; returns its SID. Raises CarrierError."""
        fields: dict[str, Any] = {
            "from_": call.ours,
            "to": call.theirs,
            "url": call.url,
            "method": "POST",
            "status_callback": call.status_callback,
            "status_callback_method": "POST",
            "status_callback_event": ["initiated", "ringing", "answered", "completed"],
            "timeout": call.ring_seconds,
            "time_limit": call.longest_seconds,
        }
        if call.machine_detection:
            # Before anything is said, at the price of some silence: nobody wants half a survey on a machine.
            fields |= {"machine_detection": "Enable"}
        with _errors_as_ours():
            return _sid(self._client.calls.create(**fields))

    def find(self, sought: Sought) -> tuple[Found, ...]:
        """What Twilio lists of this, newest first. Raises CarrierError.

        Not filtered by Twilio's dates, which are those of sending: what is still queued has none and would be missed.
        """
        ends = {"from_": address(sought.channel, sought.ours), "to": address(sought.channel, sought.theirs)}
        kind = self._client.calls if sought.channel is Channel.CALL else self._client.messages
        with _errors_as_ours():
            listed = [_found(item) for item in kind.list(**ends, limit=LISTED, page_size=LISTED)]
        return tuple(sorted(filter(sought.covers, listed), key=_newest_first))

    def fate(self, channel: Channel, ref: str) -> Found:
        """What Twilio says of the message or call with that SID. Raises CarrierError."""
        kind = self._client.calls if channel is Channel.CALL else self._client.messages
        with _errors_as_ours():
            return _found(kind(ref).fetch())

    def cancel(self, ref: str) -> Found:
        """Cancels the call with that SID, unless it has been answered. Raises CarrierError."""
        with _errors_as_ours():
            return _found(self._client.calls(ref).update(status="canceled"))


class _RebasedHttpClient(TwilioHttpClient):  # type: ignore[misc]
    """Sends what is meant for Twilio to another base URL."""

    def __init__(self, base_url: str, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = urlsplit(base_url.rstrip("/"))

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        meant = urlsplit(url)
        path = self._base.path + meant.path
        rebased = meant._replace(scheme=self._base.scheme, netloc=self._base.netloc, path=path)
        return super().request(method, urlunsplit(rebased), *args, **kwargs)


def _as_signed(url: str) -> set[str]:
    """The forms of a URL that Twilio may have signed: without user and fragment, with and without its port."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    bare = host.removesuffix(f":{parts.port}") if parts.port else host
    ported = host if parts.port else f"{host}:{443 if parts.scheme == 'https' else 80}"
    start, _, rest = url.partition("#")[0].partition("://")
    target = rest.removeprefix(parts.netloc)
    return {f"{start}://{netloc}{target}" for netloc in (host, bare, ported)}


def _sid(created: Any) -> str:
    """The id of what was created. Raises CarrierError where the answer has none."""
    if not created.sid:
        raise CarrierError(permanent=False, uncertain=True)
    return str(created.sid)


def _found(item: Any) -> Found:
    """A message or call of the SDK's as ours."""
    return Found(
        ref=str(item.sid),
        made_at=item.date_created,
        status=str(item.status),
        code=getattr(item, "error_code", None),
        text=getattr(item, "body", None) or "",
        answered_by=getattr(item, "answered_by", None),
    )


def _newest_first(found: Found) -> float:
    return -found.made_at.timestamp() if found.made_at else 0.0


@contextmanager
def _errors_as_ours() -> Iterator[None]:
    """Whatever goes wrong within, as CarrierError."""
    try:
        yield
    # `from None`: what the SDK says of an error may name the phone number.
    except TwilioException as error:
        raise _as_ours(error) from None
    except RequestException as error:
        raise CarrierError(permanent=False, uncertain=not _never_left(error)) from None
    except (ValueError, TypeError, AttributeError):  # an answer in which the SDK does not find what Twilio answers
        raise CarrierError(permanent=False, uncertain=True) from None


def _as_ours(error: TwilioException) -> CarrierError:
    status: int = getattr(error, "status", 0)
    code: int | None = getattr(error, "code", None)
    about_the_message = 400 <= status < 500 and status not in PASSING_STATUSES
    permanent = about_the_message and verdict(code) in FINAL
    return CarrierError(permanent=permanent, code=code, uncertain=not 400 <= status < 500)


def _never_left(error: RequestException) -> bool:
    """Whether no server was reached at all, so that nothing can have been done."""
    # Only the error's own cause counts: an earlier one, during which we were asked, says nothing of this request.
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    return isinstance(error, ConnectTimeout) or isinstance(
        getattr(reason, "__cause__", None), ConnectionRefusedError | gaierror
    )
