"""The carrier that needs no account: telephones whose signed webhooks reach the application in process."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urldefrag

from werkzeug.test import Client

from bot.carriers import address
from bot.carriers.markup import Flaw, MarkupError, read_messages
from bot.carriers.player import Call, Player, WebhookError
from bot.carriers.twilio import SIGNATURE_HEADER, sign
from flows.keywords import HELP, KEYWORDS, START, STOP
from flows.survey import Channel

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

MARKUP_TYPES = frozenset({"text/xml", "application/xml", "text/html"})

NUMBER = "+15005550006"
"""The survey's number where none is configured: one that carriers keep for tests."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody to try the survey as. number: from a range kept for fiction where the country has one."""

    country: str
    number: str


CALLERS: Mapping[str, Caller] = {
    "nl": Caller("Netherlands", "+31600000001"),
    "en": Caller("United Kingdom", "+447700900123"),
    "de": Caller("Germany", "+491713920001"),
    "fr": Caller("France", "+33639980001"),
    "es": Caller("Spain", "+34600000001"),
    "be": Caller("Belgium", "+32470000001"),
    "anonymous": Caller("Number withheld", "anonymous"),
}
"""By key; where a country has one language, the key is that language's."""

OWN_REPLIES: Mapping[str, str] = {
    STOP: "You are unsubscribed and will get no more messages from this number. Reply START to subscribe again.",
    START: "You are subscribed to messages from this number again. Reply HELP for help, STOP to unsubscribe.",
    HELP: "Reply STOP to unsubscribe. Message and data rates may apply.",
}
"""What the carrier itself answers its keywords by SMS, in English, besides passing the message on."""


class Source(StrEnum):
    """Who a line in a text thread comes from."""

    BOT = "bot"
    CARRIER = "carrier"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Received:
    """Something that arrives on the telephone after a message was sent from it."""

    source: Source
    text: str


@dataclass(frozen=True, slots=True)
class Sandbox:
    """Telephones whose carrier is this process.

    app: the application, called in process, so that even a server with one thread can call itself;
    public_url: the base of the URLs that are signed; token: what they are signed with; new_id: 32 fresh hex digits.
    """

    app: "WSGIApplication"
    public_url: str
    token: str
    new_id: Callable[[], str]
    account: str = "AC" + 32 * "0"

    @property
    def phone(self) -> Player:
        """Presses keys, speaks, waits and hangs up in a call that `dial` began."""
        return Player(self.post, self.account, self._url("/twilio/voice/status"))

    def dial(self, ours: str, theirs: str, path: str = "/twilio/voice", extra: Mapping[str, str] | None = None) -> Call:
        """A new call from their number to ours. path: with query; extra: further fields of the first request."""
        return self.phone.dial(Call(f"CA{self.new_id()}", ours, theirs, self._url(path)), extra)

    def text(
        self, ours: str, theirs: str, body: str, channel: Channel, button_payload: str | None = None
    ) -> tuple[Received, ...]:
        """What arrives when this is sent to us. button_payload: of the button touched, whose title is the body."""
        sid = f"SM{self.new_id()}"
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "SmsMessageSid": sid,
            "AccountSid": self.account,
            "From": address(channel, theirs),
            "To": address(channel, ours),
            "Body": body,
            "NumMedia": "0",
            "NumSegments": "1",
            "ApiVersion": "2010-04-01",
        }
        if channel is Channel.WHATSAPP:
            form |= {"ProfileName": "Sandbox", "WaId": theirs.removeprefix("+")}
        if button_payload is not None:
            form |= {"ButtonPayload": button_payload, "ButtonText": body, "ButtonType": "REPLY"}
        keyword = KEYWORDS.get(body.strip().upper()) if channel is Channel.SMS else None
        carriers = (Received(Source.CARRIER, OWN_REPLIES[keyword]),) if keyword else ()
        return carriers + self._answers(form)

    def report(self, url: str, sid: str, channel: Channel, ours: str, theirs: str, status: str) -> None:
        """Tells the application at this URL what became of a message of ours. Raises WebhookError."""
        form = {
            "MessageSid": sid,
            "SmsSid": sid,
            "MessageStatus": status,
            "SmsStatus": status,
            "AccountSid": self.account,
            "From": address(channel, ours),
            "To": address(channel, theirs),
            "ApiVersion": "2010-04-01",
        }
        self.post(url, form)

    def post(self, url: str, form: Mapping[str, str]) -> str:
        """The application's markup for a signed form. Raises WebhookError."""
        url = urldefrag(url).url
        base = self._url("")
        if not url.startswith(f"{base}/"):
            raise WebhookError(11100, f"the sandbox calls only addresses under {base}")
        response = Client(self.app, use_cookies=False).post(
            url.removeprefix(base),
            base_url=base,
            data=dict(form),
            headers={SIGNATURE_HEADER: sign(self.token, url, form)},
        )
        if not 200 <= response.status_code < 300:
            raise WebhookError(11200, f"the application answered with HTTP {response.status_code}")
        body = response.get_data(as_text=True)
        if body and response.mimetype not in MARKUP_TYPES:
            raise WebhookError(12300, f"the application answered with {response.mimetype or 'no content type'}")
        return body

    def _answers(self, form: Mapping[str, str]) -> tuple[Received, ...]:
        try:
            answers = read_messages(self.post(self._url("/twilio/messages"), form))
        except (WebhookError, MarkupError) as error:
            return (Received(Source.WARNING, str(error)),)
        return tuple(
            Received(Source.WARNING, f"{answer.code}: {answer.text}")
            if isinstance(answer, Flaw)
            else Received(Source.BOT, answer)
            for answer in answers
        )

    def _url(self, path: str) -> str:
        return self.public_url.rstrip("/") + path
