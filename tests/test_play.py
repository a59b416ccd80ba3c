"""A conversation written as text is read, had again and written the same; one had in the terminal comes out as such."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest
from flask import Flask, Response, request
from hypothesis import given
from hypothesis import strategies as st

from bot.carriers.sandbox import CALLERS, Sandbox
from bot.config import ConfigError
from bot.play import play
from bot.transcripts import (
    IN_A_CALL,
    WORDLESS,
    Line,
    Mark,
    Transcript,
    TranscriptError,
    read_transcript,
    replay,
    write_line,
    write_transcript,
)
from flows.survey import Channel

VOICE = {
    "/twilio/voice": '<Say>Welcome.</Say><Gather action="/twilio/effort" numDigits="2"><Say>How likely?</Say></Gather>'
    "<Say>Nothing heard.</Say><Redirect/>",
    "/twilio/effort": '<Gather action="/twilio/why" numDigits="1"><Say>How much effort?</Say></Gather>',
    "/twilio/why": '<Gather action="/twilio/thanks" input="dtmf speech" language="en-GB"><Say>Why?</Say></Gather>',
    "/twilio/thanks": "<Pause/><Play>/bye.mp3</Play><Say>Thank you.</Say><Shout/>",
}

CALL = """\
# en, call: somebody who first says nothing
bot: Welcome.
bot: How likely?
silence
bot: Nothing heard.
bot: Welcome.
bot: How likely?
keys: 9
bot: How much effort?
keys: 2
bot: Why?
speech (0.91): I had to wait
plays: http://sandbox.test/bye.mp3
bot: Thank you.
warning: 12200: <Shout> is not a verb played here; it was passed over
bot hangs up
"""

SHORT_CALL = """\
# nl, call: somebody who has no time
bot: Welcome.
bot: How likely?
keys: 10
bot: How much effort?
hangs up
"""

TEXT = """\
# be, sms: somebody who stops
text: survey
bot: You said:

     survey
text:
bot: You said:
text: two lines
        and a space
bot: You said:

     two lines
       and a space
text: stop
carrier: You are unsubscribed and will get no more messages from this number. Reply START to subscribe again.
bot: You said:

     stop
"""


@pytest.fixture
def sandbox() -> Sandbox:
    app = Flask(__name__)

    @app.post("/twilio/<path:_>")
    def answer(_: str) -> Response:
        if request.path == "/twilio/messages":
            verbs = f"<Message>You said:\n\n{request.form['Body']}</Message>"
        else:
            verbs = VOICE.get(request.path, "")
        return Response(f"<Response>{verbs}</Response>", mimetype="text/xml")

    numbers = count(1)
    return Sandbox(app, "http://sandbox.test", "token", lambda: f"{next(numbers):032x}")


@pytest.mark.parametrize("text", [CALL, SHORT_CALL, TEXT])
def test_a_transcript_had_again_is_the_same(sandbox: Sandbox, text: str) -> None:
    """What is heard when a transcript is played against the application that it came from is the transcript itself."""
    assert write_transcript(replay(read_transcript(text), sandbox)) == text


def test_a_changed_word_is_found(sandbox: Sandbox) -> None:
    """A transcript of an application that says something else comes out different."""
    changed = CALL.replace("How likely?", "How probable?")
    assert write_transcript(replay(read_transcript(changed), sandbox)) == CALL


def test_what_comes_after_the_end_is_found(sandbox: Sandbox) -> None:
    """Input after the bot has hung up is not in what is heard."""
    assert write_transcript(replay(read_transcript(CALL + "keys: 1\n"), sandbox)) == CALL


words = st.text(st.characters(exclude_characters="\n"), min_size=1).filter(str.strip)
messages = st.lists(st.one_of(words, st.just("")), min_size=1).map("\n".join).map(lambda text: text.rstrip("\n"))


@st.composite
def transcripts(draw: st.DrawFn) -> Transcript:
    channel = draw(st.sampled_from(Channel))
    theirs = IN_A_CALL if channel is Channel.CALL else {Mark.TEXT}
    marks = sorted(theirs | {Mark.BOT, Mark.PLAYS, Mark.CARRIER, Mark.WARNING, Mark.BOT_HANGS_UP})
    lines = [line(draw, mark) for mark in draw(st.lists(st.sampled_from(marks)))]
    title = draw(st.sampled_from(["a title", "another: with, signs # in it"]))
    return Transcript(draw(st.sampled_from(sorted(CALLERS))), channel, title, tuple(lines))


def line(draw: st.DrawFn, mark: Mark) -> Line:
    if mark in WORDLESS:
        return Line(mark)
    if mark is Mark.KEYS:
        return Line(mark, draw(st.text("0123456789*#", min_size=1)))
    if mark is Mark.SPEECH:
        return Line(mark, draw(words), draw(st.sampled_from([None, 0.0, 0.3, 0.91, 1.0])))
    return Line(mark, draw(messages))


@given(transcripts())
def test_what_is_written_is_read(transcript: Transcript) -> None:
    """Any transcript is read as it was written, whatever its messages contain."""
    assert read_transcript(write_transcript(transcript)) == transcript


BROKEN = {
    "no header": ("bot: hello\n", "line 1"),
    "nobody from there": ("# xx, call: a title\n", "line 1: nobody calls from xx; known are nl, en"),
    "no such channel": ("# nl, fax: a title\n", "line 1: fax is no channel; known are call, sms, whatsapp"),
    "no such mark": ("# nl, call: a title\nbot: hello\nkey: 9\n", "line 3"),
    "no colon": ("# nl, call: a title\nbot hello\n", "line 2"),
    "words after silence": ("# nl, call: a title\nsilence: x\n", "line 2"),
    "sure of keys": ("# nl, call: a title\nkeys (0.9): 1\n", "line 2"),
    "keys that are none": ("# nl, call: a title\nkeys: nine\n", "line 2: keys are 0-9"),
    "text in a call": ("# nl, call: a title\ntext: 9\n", "line 2: text cannot be done by call"),
    "keys in a text": ("# nl, sms: a title\nkeys: 9\n", "line 2: keys cannot be done by sms"),
    "indented after silence": ("# nl, call: a title\nsilence\n     x\n", "line 3"),
}


@pytest.mark.parametrize(("text", "why"), BROKEN.values(), ids=BROKEN)
def test_what_is_no_transcript_is_refused(text: str, why: str) -> None:
    """A text that is no transcript is refused with the line and what should stand there."""
    with pytest.raises(TranscriptError) as refused:
        read_transcript(text)
    assert str(refused.value).startswith(why)


def typing(*lines: str) -> Callable[[str], str]:
    """Somebody at a terminal who types these lines and then closes it."""
    rest = iter(lines)

    def ask(_: str) -> str:
        try:
            return next(rest)
        except StopIteration:
            raise EOFError from None

    return ask


def test_a_call_in_the_terminal(sandbox: Sandbox) -> None:
    """Keys, silence and speech typed at the prompt make the call; what is said is shown as it is said."""
    told: list[str] = []
    ask = typing("silence", "9", "nonsense", "2", "speech (0.91): I had to wait", "never asked for")
    title = "somebody who first says nothing"
    assert play(sandbox, Channel.CALL, "en", ask, told.append, title) == CALL
    assert told[1:3] == ["bot: Welcome.", "bot: How likely?"]
    assert told.count(told[0]) == 2  # the help, at the start and after the nonsense
    assert told[-1] == "bot hangs up"


@pytest.mark.parametrize("last", [(), ("hangup",)])
def test_closing_the_terminal_hangs_up(sandbox: Sandbox, last: tuple[str, ...]) -> None:
    """Hanging up and closing the terminal are the same to a call."""
    ask = typing("10", *last)
    assert play(sandbox, Channel.CALL, "nl", ask, lambda _: None, "somebody who has no time") == SHORT_CALL


@pytest.mark.parametrize("last", [(), ("", "not sent")])
def test_a_conversation_by_text_in_the_terminal(sandbox: Sandbox, last: tuple[str, ...]) -> None:
    """What is typed is sent until an empty line or the end."""
    told: list[str] = []
    transcript = play(sandbox, Channel.WHATSAPP, "de", typing("survey", " 8 ", *last), told.append)
    assert transcript == (
        "# de, whatsapp: a conversation\n"
        "text: survey\nbot: You said:\n\n     survey\n"
        "text:  8 \nbot: You said:\n\n      8\n"
    )
    assert len(told) == 3


def test_speech_without_a_confidence_is_clear(sandbox: Sandbox) -> None:
    """Words typed without a number are taken as clearly spoken."""
    transcript = play(sandbox, Channel.CALL, "nl", typing("9", "2", "speech: because"), lambda _: None)
    assert "speech (0.9): because\n" in transcript


def test_a_language_nobody_calls_in_is_the_operators_fault(sandbox: Sandbox) -> None:
    """A language without a caller is told together with those that have one."""
    with pytest.raises(ConfigError, match="nobody calls from xx; known are nl, en, de, fr, es"):
        play(sandbox, Channel.CALL, "xx", typing(), lambda _: None)


def test_a_line_is_written_on_its_own() -> None:
    """A message of several lines is indented under its mark, empty lines stay empty."""
    assert write_line(Line(Mark.BOT, "one\n\ntwo\n")) == "bot: one\n\n     two"


TRANSCRIPTS = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))


@pytest.mark.parametrize("path", TRANSCRIPTS, ids=lambda path: path.stem)
def test_kept_transcripts_are_written_as_this_program_writes_them(path: Path) -> None:
    """Every transcript in the folder is read and written back without a change."""
    text = path.read_text(encoding="utf-8")
    assert write_transcript(read_transcript(text)) == text
