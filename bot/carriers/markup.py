"""Reads TwiML into verbs, with the warnings Twilio gives for what it does not accept."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

LARGEST = 64 * 1024
"""Bytes in a document; Twilio refuses more."""

KEYS = "0123456789*#"


class MarkupError(Exception):
    """A document that Twilio would not play at all. code: Twilio's number for the fault."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code}: {text}")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something Twilio warns of and passes over. code: its number for it."""

    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Say:
    text: str
    language: str
    voice: str
    times: int


@dataclass(frozen=True, slots=True)
class Play:
    url: str
    times: int


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: int


@dataclass(frozen=True, slots=True)
class Gather:
    """Listens. timeout: seconds of silence, before the first key and between keys; num_digits: None where unlimited."""

    input: tuple[str, ...]
    action: str
    timeout: int
    num_digits: int | None
    finish_on_key: str
    action_on_empty_result: bool
    language: str
    prompt: tuple["Say | Play | Pause | Flaw", ...]


@dataclass(frozen=True, slots=True)
class Redirect:
    url: str


@dataclass(frozen=True, slots=True)
class Hangup:
    pass


@dataclass(frozen=True, slots=True)
class Reject:
    reason: str


Verb = Say | Play | Pause | Gather | Redirect | Hangup | Reject | Flaw

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "Say": frozenset({"voice", "language", "loop"}),
    "Play": frozenset({"loop", "digits"}),
    "Pause": frozenset({"length"}),
    "Gather": frozenset(
        {"input", "action", "method", "timeout", "numDigits", "finishOnKey", "actionOnEmptyResult"}
        | {"speechTimeout", "speechModel", "language", "hints", "profanityFilter", "enhanced"}
        | {"partialResultCallback", "partialResultCallbackMethod"}
    ),
    "Redirect": frozenset({"method"}),
    "Hangup": frozenset(),
    "Reject": frozenset({"reason"}),
}

SPEECH_MARKS = frozenset({"break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w"})


def read(twiml: str) -> tuple[Verb, ...]:
    """The verbs of a voice document in the order in which they are played. Raises MarkupError."""
    return tuple(verb for element in _root(twiml) for verb in _verbs(element))


def read_messages(twiml: str) -> tuple[str | Flaw, ...]:
    """The messages that a messaging document answers with; an empty document has none. Raises MarkupError."""
    if not twiml:
        return ()
    return tuple(
        _text(body if (body := element.find("Body")) is not None else element)
        if element.tag == "Message"
        else Flaw(12200, f"<{element.tag}> is not played in the sandbox; it was passed over")
        for element in _root(twiml)
    )


def _root(twiml: str) -> Element:
    if len(twiml.encode()) > LARGEST:
        raise MarkupError(11750, "the document is larger than 64 kB")
    try:
        # The markup is this application's own answer, not a stranger's.
        root = ElementTree.fromstring(twiml)  # noqa: S314
    except ElementTree.ParseError as error:
        raise MarkupError(12100, f"the document is not XML ({error})") from error
    if root.tag != "Response":
        raise MarkupError(12100, f"the document is a <{root.tag}>; it must be a <Response>")
    return root


def _verbs(element: Element) -> Iterator[Verb]:
    known = ATTRIBUTES.get(element.tag)
    if known is None:
        yield Flaw(12200, f"<{element.tag}> is not a verb played here; it was passed over")
        return
    for name in sorted(set(element.keys()) - known):
        yield Flaw(12200, f"<{element.tag}> has no attribute {name}; it was passed over")
    flaws: list[Flaw] = []
    verb = _gather(element, flaws) if element.tag == "Gather" else _simple(element, flaws)
    yield from flaws
    yield verb


def _simple(element: Element, flaws: list[Flaw]) -> Say | Play | Pause | Redirect | Hangup | Reject:
    match element.tag:
        case "Say":
            flaws += [Flaw(12200, f"<{mark.tag}> cannot stand in <Say>") for mark in _strange_marks(element)]
            if not _text(element):
                flaws.append(Flaw(13520, "<Say> has nothing to say"))
            times = _whole(element, "loop", 1, 13510, flaws, least=0)
            return Say(_text(element), element.get("language", "en-US"), element.get("voice", "man"), times)
        case "Play":
            return Play(_text(element), _whole(element, "loop", 1, 13410, flaws, least=0))
        case "Pause":
            return Pause(_whole(element, "length", 1, 13610, flaws, least=0))
        case "Redirect":
            return Redirect(_text(element))
        case "Reject":
            return Reject(element.get("reason", "rejected"))
        case _:
            return Hangup()


def _gather(element: Element, flaws: list[Flaw]) -> Gather:
    inputs = tuple(element.get("input", "dtmf").split())
    if not inputs or set(inputs) - {"dtmf", "speech"}:
        flaws.append(Flaw(12200, f'<Gather input="{element.get("input")}"> is none of dtmf, speech, "dtmf speech"'))
        inputs = ("dtmf",)
    if element.get("speechTimeout") == "auto" and element.get("speechModel"):
        flaws.append(Flaw(13335, "<Gather> with a speechModel needs a speechTimeout in seconds, not auto"))
    finish = element.get("finishOnKey", "#")
    if len(finish) > 1 or finish not in KEYS:
        flaws.append(Flaw(13310, f'<Gather finishOnKey="{finish}"> is not one key; # is used'))
        finish = "#"
    language = element.get("language", "en-US")
    if "speech" in inputs and not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]+)+", language):
        flaws.append(Flaw(13512, f'<Gather language="{language}"> needs a region, as in en-GB'))
    return Gather(
        input=inputs,
        action=element.get("action", ""),
        timeout=_whole(element, "timeout", 5, 13313, flaws),
        num_digits=_whole(element, "numDigits", 0, 13314, flaws) or None,
        finish_on_key=finish,
        action_on_empty_result=element.get("actionOnEmptyResult") == "true",
        language=language,
        prompt=tuple(_prompt(element)),
    )


def _prompt(gather: Element) -> Iterator[Say | Play | Pause | Flaw]:
    for element in gather:
        if element.tag not in ("Say", "Play", "Pause"):
            yield Flaw(13320, f"<{element.tag}> cannot stand in <Gather>; it was passed over")
            continue
        for verb in _verbs(element):
            if isinstance(verb, Say | Play | Pause | Flaw):
                yield verb


def _whole(element: Element, name: str, default: int, code: int, flaws: list[Flaw], least: int = 1) -> int:
    """The attribute as a whole number, or the default where it is missing or, with a flaw, where it is none."""
    value = element.get(name)
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,6}", value) or int(value) < least:
        flaws.append(Flaw(code, f'<{element.tag} {name}="{value}"> is not a whole number from {least}'))
        return default
    return int(value)


def _text(element: Element) -> str:
    """What is written in the element, marks of speech left out; line breaks count in messages only."""
    text = "".join(element.itertext()).strip()
    return " ".join(text.split()) if element.tag in ("Say", "Play", "Redirect") else text


def _strange_marks(say: Element) -> list[Element]:
    return [mark for mark in say.iter() if mark is not say and mark.tag not in SPEECH_MARKS]
