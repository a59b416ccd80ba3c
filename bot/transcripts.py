"""A conversation as plain text: how it is written, read and had again."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.carriers.player import Call, Kind
from bot.carriers.sandbox import CALLERS, NUMBER, Sandbox
from flows.survey import Channel


class Mark(StrEnum):
    """What stands before the words of a line."""

    BOT = "bot"
    PLAYS = "plays"
    CARRIER = "carrier"
    WARNING = "warning"
    BOT_HANGS_UP = "bot hangs up"
    KEYS = "keys"
    SPEECH = "speech"
    SILENCE = "silence"
    HANGS_UP = "hangs up"
    TEXT = "text"


IN_A_CALL = frozenset({Mark.KEYS, Mark.SPEECH, Mark.SILENCE, Mark.HANGS_UP})

THEIRS = IN_A_CALL | {Mark.TEXT}
"""What the respondent does; everything else is what comes of it."""

WORDLESS = frozenset({Mark.BOT_HANGS_UP, Mark.SILENCE, Mark.HANGS_UP})

HEADER = re.compile(r"# (\w+), (\w+): (.+)")
LINE = re.compile(rf"({'|'.join(Mark)})(?: \(([01]\.?[0-9]*)\))?(:(?: (.*))?)?")


class TranscriptError(Exception):
    """A text that is no transcript. number: of the line, from 1."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(f"line {number}: {why}")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing done or heard. confidence: of speech only, from 0 to 1."""

    mark: Mark
    words: str = ""
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """caller: a key of CALLERS, which for most is the language they are asked in."""

    caller: str
    channel: Channel
    title: str
    lines: tuple[Line, ...]


def write_transcript(transcript: Transcript) -> str:
    """The transcript as text: a header, a line for everything done and heard, further lines of a message indented."""
    header = f"# {transcript.caller}, {transcript.channel}: {transcript.title}"
    return "\n".join([header, *map(write_line, transcript.lines)]) + "\n"


def write_line(line: Line) -> str:
    """One line of a transcript, which is several where the words are."""
    if line.mark in WORDLESS:
        return line.mark
    label = f"{line.mark}:" if line.confidence is None else f"{line.mark} ({line.confidence:g}):"
    indent = " " * (len(line.mark) + 2)
    first, *rest = line.words.rstrip("\n").split("\n")
    further = [f"{indent}{words}" if words else "" for words in rest]
    return "\n".join([f"{label} {first}" if first else label, *further])


def read_transcript(text: str) -> Transcript:
    """The transcript that `write_transcript` was given. Raises TranscriptError."""
    first, *rest = text.rstrip("\n").split("\n")
    header = HEADER.fullmatch(first)
    if not header:
        raise TranscriptError(1, "a transcript begins with: # language, channel: title")
    caller, channel, title = header.groups()
    if caller not in CALLERS:
        raise TranscriptError(1, f"nobody calls from {caller}; known are {', '.join(CALLERS)}")
    if channel not in set(Channel):
        raise TranscriptError(1, f"{channel} is no channel; known are {', '.join(Channel)}")
    return Transcript(caller, Channel(channel), title, tuple(_lines(rest, Channel(channel))))


def replay(transcript: Transcript, sandbox: Sandbox, ours: str = NUMBER) -> Transcript:
    """The same conversation had again: the respondent does what the transcript says, the rest is what is heard now."""
    theirs = [line for line in transcript.lines if line.mark in THEIRS]
    return replace(transcript, lines=tuple(converse(sandbox, transcript.channel, transcript.caller, theirs, ours)))


def converse(
    sandbox: Sandbox, channel: Channel, caller: str, theirs: Iterable[Line], ours: str = NUMBER
) -> Iterator[Line]:
    """Everything done and heard, in order, until the call ends or the respondent does nothing more.

    theirs: what the respondent does, each taken only after what came of the one before has been yielded.
    """
    number = CALLERS[caller].number
    if channel is Channel.CALL:
        yield from _call(sandbox, sandbox.dial(ours, number), iter(theirs))
        return
    for line in theirs:
        yield line
        for received in sandbox.text(ours, number, line.words, channel):
            yield Line(Mark(received.source), received.text)


def _call(sandbox: Sandbox, call: Call, theirs: Iterator[Line]) -> Iterator[Line]:
    yield from _heard(call)
    done: Line | None = None
    while not call.ended and (done := next(theirs, None)):
        yield done
        for moment in _moments(sandbox, call, done):
            call = moment
            yield from _heard(call)
    if call.ended and not (done and done.mark is Mark.HANGS_UP):
        yield Line(Mark.BOT_HANGS_UP)


def _moments(sandbox: Sandbox, call: Call, done: Line) -> Iterator[Call]:
    """The call after each key, and at last after what was done has been taken; after keys a caller waits for that."""
    phone = sandbox.phone
    match done.mark:
        case Mark.KEYS:
            for key in done.words:
                yield (call := phone.press(call, key))
            if call.keys:
                yield phone.wait(call)
        case Mark.SPEECH:
            yield phone.speak(call, done.words, done.confidence)
        case Mark.SILENCE:
            yield phone.wait(call)
        case _:
            yield phone.hang_up(call)


def _heard(call: Call) -> Iterator[Line]:
    marks = {Kind.SAID: Mark.BOT, Kind.PLAYED: Mark.PLAYS, Kind.WARNING: Mark.WARNING}
    for heard in call.heard:
        if mark := marks.get(heard.kind):
            yield Line(mark, heard.text)


def _lines(rest: list[str], channel: Channel) -> Iterator[Line]:
    """Lines with the indented ones added to the words of the one they belong to."""
    line: Line | None = None
    for number, text in enumerate(rest, start=2):
        if line and line.mark not in WORDLESS and (not text or text.startswith(" ")):
            line = replace(line, words=f"{line.words}\n{text[len(line.mark) + 2 :]}")
            continue
        if line:
            yield line
        line = _line(text, number, channel)
    if line:
        yield line


def _line(text: str, number: int, channel: Channel) -> Line:
    match = LINE.fullmatch(text)
    if not match or (match[1] in WORDLESS) is not (match[3] is None) or (match[2] and match[1] != Mark.SPEECH):
        raise TranscriptError(number, f"{text!r} is no line of a transcript; it begins with one of {', '.join(Mark)}")
    mark, words = Mark(match[1]), match[4] or ""
    if mark in THEIRS and (mark in IN_A_CALL) is not (channel is Channel.CALL):
        raise TranscriptError(number, f"{mark} cannot be done by {channel}")
    if mark is Mark.KEYS and not re.fullmatch(r"[0-9*#]+", words):
        raise TranscriptError(number, f"keys are 0-9, * and #, not {words!r}")
    return Line(mark, words, float(match[2]) if match[2] else None)
