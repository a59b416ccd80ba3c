"""Plays a call as Twilio does: one thing the caller does, and all that is heard until the caller can act again."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any
from urllib.parse import urljoin

from bot.carriers.markup import KEYS, Flaw, Gather, Hangup, MarkupError, Pause, Play, Redirect, Reject, Say, read

REDIRECTS = 10
"""Redirects followed without the caller having done anything; one more is taken for a loop."""

REPEATS = 10
"""Times a line is heard at most, where `loop` says more or endlessly."""

SPEED = 15
"""Characters spoken in a second, by which the length of a call is reckoned: the sandbox has no clock."""

APPLICATION_ERROR = Say("We are sorry. An application error has occurred. Goodbye.", "en-US", "man", 1)
"""What callers hear when the application fails."""


class WebhookError(Exception):
    """The application did not answer a webhook with markup. code: Twilio's number for the fault."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")


class Kind(StrEnum):
    SAID = "said"
    PLAYED = "played"
    PAUSE = "pause"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Heard:
    """Something heard on the line, or a warning that the carrier would log.

    text: the words, the address of a recording, or the seconds of a pause; a key stops it where it can be interrupted.
    """

    kind: Kind
    text: str
    language: str = ""
    voice: str = ""
    interruptible: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """A call as it stands: the document being played, and up to where.

    url, twiml: the document; position: the verb that is played next; keys: pressed and not yet sent;
    seconds: how long the call has lasted; heard: since the caller last did something;
    outbound: whether we called them; status_callback: where this call is reported, if not where all are.
    """

    sid: str
    ours: str
    theirs: str
    url: str
    twiml: str = "<Response/>"
    position: int = 0
    keys: str = ""
    status: str = "ringing"
    seconds: int = 0
    heard: tuple[Heard, ...] = ()
    outbound: bool = False
    status_callback: str = ""

    @property
    def ended(self) -> bool:
        return self.status not in ("ringing", "in-progress")

    @property
    def gather(self) -> Gather | None:
        """What is listened for; a call that has not ended always waits in a Gather."""
        verb = None if self.ended or not self.position else read(self.twiml)[self.position - 1]
        return verb if isinstance(verb, Gather) else None


def to_plain(call: Call) -> dict[str, Any]:
    """The call as values that JSON can hold, without what was heard."""
    return {name: value for name, value in asdict(call).items() if name != "heard"}


def from_plain(plain: Mapping[str, Any]) -> Call:
    """The call that `to_plain` was given."""
    return Call(**plain)


@dataclass(frozen=True, slots=True)
class Player:
    """A telephone line into an application.

    post: sends a form to an absolute URL and returns the markup, or raises WebhookError;
    status_callback: where the end of a call is reported.
    """

    post: Callable[[str, Mapping[str, str]], str]
    account: str
    status_callback: str

    def dial(self, call: Call, extra: Mapping[str, str] | None = None) -> Call:
        """The call put through to its URL. extra: further fields of the first request."""
        return self._play(self._fetch(call, call.url, extra or {}))

    def press(self, call: Call, key: str) -> Call:
        """One key. Raises ValueError where a telephone has no such key."""
        if len(key) != 1 or key not in KEYS:
            raise ValueError(f"a telephone has no key {key!r}; it has {' '.join(KEYS)}")
        call, gather = replace(call, heard=()), call.gather
        if gather is None or "dtmf" not in gather.input:
            return call
        if key == gather.finish_on_key:
            return self._finish(call, gather)
        call = replace(call, keys=call.keys + key)
        return self._finish(call, gather) if len(call.keys) == gather.num_digits else call

    def speak(self, call: Call, text: str, confidence: float | None = None) -> Call:
        """Words, as recognised with a confidence from 0 to 1; unheard where keys are awaited or were pressed first."""
        call, gather = replace(call, heard=()), call.gather
        if gather is None or "speech" not in gather.input or call.keys or not text.strip():
            return call
        result = {"SpeechResult": text} | ({} if confidence is None else {"Confidence": str(confidence)})
        return self._play(self._fetch(call, gather.action, result))

    def wait(self, call: Call) -> Call:
        """The timeout passes: keys pressed so far are sent; without any it was silence."""
        call, gather = replace(call, heard=()), call.gather
        if gather is None:
            return call
        return self._finish(replace(call, seconds=call.seconds + gather.timeout), gather)

    def hang_up(self, call: Call) -> Call:
        """The caller hangs up: no answer is sent, only the end of the call is reported."""
        call = replace(call, heard=())
        return call if call.ended else self._end(call)

    def report(self, call: Call) -> None:
        """Tells the application how the call stands. Raises WebhookError."""
        minutes = -(-call.seconds // 60)
        lasted = {"CallDuration": str(call.seconds), "Duration": str(minutes)} if call.ended else {}
        # Calls of ours are reported as answered before; that they were begun and rang, nobody waits for here.
        number = {"SequenceNumber": "0" if not call.outbound else "3" if call.ended else "2"}
        form = {**self._form(call), **lasted, **number, "CallbackSource": "call-progress-events"}
        self.post(call.status_callback or self.status_callback, form)

    def _finish(self, call: Call, gather: Gather) -> Call:
        """The end of listening for keys; without any, the application is asked only if it wanted to be."""
        if call.keys:
            return self._play(self._fetch(call, gather.action, {"Digits": call.keys}))
        if gather.action_on_empty_result:
            return self._play(self._fetch(call, gather.action, {}))
        return self._play(call)

    def _fetch(self, call: Call, url: str, extra: Mapping[str, str]) -> Call:
        url = urljoin(call.url, url)
        try:
            twiml = self.post(url, {**self._form(call), **extra})
            read(twiml)
        except (WebhookError, MarkupError) as error:
            return self._fail(call, str(error))
        return replace(call, url=url, twiml=twiml, position=0, keys="")

    def _play(self, call: Call) -> Call:
        """Plays verbs until one listens or the call ends."""
        redirects = 0
        while not call.ended:
            verb = next(iter(read(call.twiml)[call.position :]), Hangup())
            call = replace(call, position=call.position + 1)
            match verb:
                case Redirect(url):
                    redirects += 1
                    if redirects > REDIRECTS:
                        return self._fail(call, f"11215: more than {REDIRECTS} redirects without any input")
                    call = self._fetch(call, url, {})
                case Reject(reason) if call.status == "ringing":
                    return self._end(call, "busy" if reason == "busy" else "no-answer")
                case Hangup() | Reject():
                    return self._end(call)
                case Gather():
                    for part in verb.prompt:
                        call = _hear(call, part, interruptible=True)
                    return replace(call, status="in-progress", keys="")
                case _:
                    call = _hear(call, verb)
        return call

    def _fail(self, call: Call, why: str) -> Call:
        return self._end(_hear(_warn(call, why), APPLICATION_ERROR))

    def _end(self, call: Call, status: str = "completed") -> Call:
        call = replace(call, status=status, keys="")
        try:
            self.report(call)
        except WebhookError as error:
            return _warn(call, f"{error} (reporting the end of the call)")
        return call

    def _form(self, call: Call) -> dict[str, str]:
        here, there = (call.ours, call.theirs) if call.outbound else (call.theirs, call.ours)
        return {
            "CallSid": call.sid,
            "AccountSid": self.account,
            "From": here,
            "Caller": here,
            "To": there,
            "Called": there,
            "CallStatus": call.status,
            "ApiVersion": "2010-04-01",
            "Direction": "outbound-api" if call.outbound else "inbound",
        }


def _hear(call: Call, verb: Say | Play | Pause | Flaw, interruptible: bool = False) -> Call:
    seconds = 0
    heard: tuple[Heard, ...]
    match verb:
        case Flaw(code, text):
            return _warn(call, f"{code}: {text}")
        case Pause(length):
            heard = (Heard(Kind.PAUSE, str(length), interruptible=interruptible),)
            seconds = length
        case Play(url, times):
            heard = (Heard(Kind.PLAYED, urljoin(call.url, url), interruptible=interruptible),) * _bounded(times)
        case Say(text, language, voice, times):
            heard = (Heard(Kind.SAID, text, language, voice, interruptible),) * _bounded(times)
            seconds = -(-len(text) * len(heard) // SPEED)
    return replace(call, status="in-progress", seconds=call.seconds + seconds, heard=call.heard + heard)


def _warn(call: Call, text: str) -> Call:
    return replace(call, heard=(*call.heard, Heard(Kind.WARNING, text)))


def _bounded(times: int) -> int:
    """How often a line is heard; 0 means endlessly."""
    return min(times or REPEATS, REPEATS)
