"""A conversation in the terminal: what is typed is pressed, said or sent, and what comes of it is shown."""

import re
from collections.abc import Callable, Iterator

from bot.carriers.sandbox import CALLERS, NUMBER, Sandbox
from bot.config import ConfigError
from bot.transcripts import THEIRS, Line, Mark, Transcript, converse, write_line, write_transcript
from flows.survey import Channel

SURE = 0.9
"""Confidence of speech where none is typed."""

CALL_HELP = "Type keys (0-9 * #), silence, speech: and words, or hangup."
TEXT_HELP = "Type a message, first the word that starts the survey (survey); an empty line ends the conversation."

SPEECH = re.compile(r"speech(?: \((0(?:\.[0-9]+)?|1(?:\.0+)?)\))?:\s*(\S.*)")


def play(
    sandbox: Sandbox,
    channel: Channel,
    language: str,
    ask: Callable[[str], str],
    tell: Callable[[str], object],
    title: str = "a conversation",
    ours: str = NUMBER,
) -> str:
    """Has the conversation; returns its transcript.

    language: a key of CALLERS; ask: shows a prompt and returns what is typed, or raises EOFError when that is all;
    tell: shows a line. Raises ConfigError for a language nobody calls in.
    """
    if language not in CALLERS:
        raise ConfigError([f"nobody calls from {language}; known are {', '.join(CALLERS)}"])
    tell(CALL_HELP if channel is Channel.CALL else TEXT_HELP)
    done = _called(ask, tell) if channel is Channel.CALL else _texted(ask)
    lines = []
    for line in converse(sandbox, channel, language, done, ours):
        lines.append(line)
        if line.mark not in THEIRS:
            tell(write_line(line))
    return write_transcript(Transcript(language, channel, title, tuple(lines)))


def _called(ask: Callable[[str], str], tell: Callable[[str], object]) -> Iterator[Line]:
    while True:
        try:
            typed = ask("> ").strip()
        except EOFError:
            typed = "hangup"
        if line := _done(typed):
            yield line
        else:
            tell(CALL_HELP)


def _done(typed: str) -> Line | None:
    if re.fullmatch(r"[0-9*#]+", typed):
        return Line(Mark.KEYS, typed)
    if typed == "silence":
        return Line(Mark.SILENCE)
    if typed in ("hangup", "hang up", "hangs up"):
        return Line(Mark.HANGS_UP)
    if speech := SPEECH.fullmatch(typed):
        return Line(Mark.SPEECH, speech[2], float(speech[1] or SURE))
    return None


def _texted(ask: Callable[[str], str]) -> Iterator[Line]:
    while True:
        try:
            typed = ask("> ")
        except EOFError:
            return
        if not typed:
            return
        yield Line(Mark.TEXT, typed)
