"""The sandbox's telephone plays TwiML as the carrier would, and reaches the application by signed webhooks only."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from xml.sax.saxutils import escape

import pytest
from flask import Flask, Response, request

from bot.carriers import Outgoing
from bot.carriers.markup import MarkupError, read
from bot.carriers.player import Call, Heard, Kind, Player, WebhookError, from_plain, to_plain
from bot.carriers.sandbox import Received, Sandbox, Source
from bot.carriers.twilio import SIGNATURE_HEADER, is_genuine
from flows.survey import Channel

BASE = "https://survey.example.com"
DOCUMENT = f"{BASE}/twilio/voice"
STATUS = f"{BASE}/twilio/voice/status"


@dataclass
class Line:
    """A player whose application answers from a table of documents and keeps what was posted."""

    documents: dict[str, str]
    posted: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def player(self) -> Player:
        return Player(self.post, "AC1", STATUS)

    def post(self, url: str, form: Mapping[str, str]) -> str:
        self.posted.append((url.removeprefix(BASE), dict(form)))
        if url == STATUS:
            return ""
        try:
            return self.documents[url.removeprefix(BASE)]
        except KeyError:
            raise WebhookError(11200, "the application answered with HTTP 404") from None

    @property
    def turns(self) -> list[tuple[str, dict[str, str]]]:
        """What was posted after the first request, without what every request carries."""
        carried = {"CallSid", "AccountSid", "From", "Caller", "To", "Called", "CallStatus", "ApiVersion", "Direction"}
        return [
            (url, {name: value for name, value in form.items() if name not in carried}) for url, form in self.posted[1:]
        ]


def dialled(*verbs: str, **others: str) -> tuple[Line, Call]:
    """A line on which these verbs are being played; others: further documents by the last part of their path."""
    documents = {f"/twilio/{name}": response(body) for name, body in others.items()}
    line = Line({"/twilio/voice": response(*verbs), **documents})
    return line, line.player.dial(Call("CA1", "+15005550006", "+31600000001", DOCUMENT))


def response(*verbs: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?><Response>{"".join(verbs)}</Response>'


def said(call: Call) -> list[str]:
    return [heard.text for heard in call.heard if heard.kind is Kind.SAID]


def warnings(call: Call) -> list[str]:
    return [heard.text for heard in call.heard if heard.kind is Kind.WARNING]


ASK = '<Gather action="/twilio/next" {}><Say>Question</Say></Gather><Say>Fallen through</Say>'
NEXT = "<Say>Taken</Say><Gather/>"


def test_every_request_says_whose_call_it_is() -> None:
    """The first request and every later one carry the call, the account, both numbers, the state and the direction."""
    line, call = dialled(ASK.format(""), next=NEXT)
    line.player.press(line.player.press(call, "9"), "#")
    shared = {
        "CallSid": "CA1",
        "AccountSid": "AC1",
        "From": "+31600000001",
        "To": "+15005550006",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
    }
    for _, form in line.posted:
        assert shared.items() <= form.items()
    assert [form["CallStatus"] for _, form in line.posted] == ["ringing", "in-progress"]


def test_what_is_said_keeps_its_language_and_voice() -> None:
    """A line is heard in the language and voice of its Say; only a line within a Gather can be interrupted."""
    _, call = dialled(
        '<Say language="nl-NL" voice="Polly.Laura-Neural">Dag\n  daar &amp; welkom</Say>',
        "<Pause length='2'/><Gather><Play>/tone.mp3</Play><Say loop='2'>Again</Say></Gather>",
    )
    assert call.heard == (
        Heard(Kind.SAID, "Dag daar & welkom", "nl-NL", "Polly.Laura-Neural"),
        Heard(Kind.PAUSE, "2"),
        Heard(Kind.PLAYED, f"{BASE}/tone.mp3", interruptible=True),
        Heard(Kind.SAID, "Again", "en-US", "man", interruptible=True),
        Heard(Kind.SAID, "Again", "en-US", "man", interruptible=True),
    )


KEYED = {
    "one digit is sent at once": ('numDigits="1"', "9", {"Digits": "9"}),
    "the last of two digits is sent at once": ('numDigits="2"', "10", {"Digits": "10"}),
    "too few digits wait": ('numDigits="2"', "1", None),
    "unlimited digits wait": ("", "123456", None),
    "the finish key sends what there is": ('numDigits="2"', "7#", {"Digits": "7"}),
    "the finish key is not sent": ("", "12*#", {"Digits": "12*"}),
    "another finish key": ('finishOnKey="*"', "1#*", {"Digits": "1#"}),
    "no finish key: every key is captured": ('finishOnKey="" numDigits="1"', "#", {"Digits": "#"}),
    "no finish key: star too": ('finishOnKey="" numDigits="2"', "*#", {"Digits": "*#"}),
    "zero is a key like any other": ('numDigits="1"', "0", {"Digits": "0"}),
    "keys are not heard where only speech is": ('input="speech" numDigits="1"', "9#", None),
    "keys are heard besides speech": ('input="dtmf speech" numDigits="1"', "9", {"Digits": "9"}),
}


@pytest.mark.parametrize(("attributes", "keys", "sent"), KEYED.values(), ids=KEYED)
def test_keys_are_sent(attributes: str, keys: str, sent: dict[str, str] | None) -> None:
    """Keys are sent when their number is reached or the finish key is pressed, and not before."""
    line, call = dialled(ASK.format(attributes), next=NEXT)
    for key in keys:
        call = line.player.press(call, key)
    assert line.turns == ([("/twilio/next", sent)] if sent else [])
    assert said(call) == (["Taken"] if sent else [])


def test_keys_wait_for_one_another() -> None:
    """Keys pressed before the timeout passes are sent together when it does."""
    line, call = dialled(ASK.format('numDigits="3"'), next=NEXT)
    call = line.player.press(line.player.press(call, "1"), "0")
    assert call.keys == "10"
    line.player.wait(call)
    assert line.turns == [("/twilio/next", {"Digits": "10"})]


@pytest.mark.parametrize("event", ["silence", "finish key"])
def test_without_input_the_call_falls_through(event: str) -> None:
    """Silence, or only the finish key, asks the application nothing: the next verb is played, then the call ends."""
    line, call = dialled(ASK.format('timeout="4"'))
    call = line.player.wait(call) if event == "silence" else line.player.press(call, "#")
    assert said(call) == ["Fallen through"]
    assert call.ended
    assert [url for url, _ in line.turns] == ["/twilio/voice/status"]


@pytest.mark.parametrize("event", ["silence", "finish key"])
def test_without_input_the_application_is_asked_if_it_wants_to_be(event: str) -> None:
    """With actionOnEmptyResult the action is requested without Digits and without SpeechResult."""
    line, call = dialled(ASK.format('actionOnEmptyResult="true"'), next=NEXT)
    call = line.player.wait(call) if event == "silence" else line.player.press(call, "#")
    assert said(call) == ["Taken"]
    assert line.turns == [("/twilio/next", {})]


def test_speech_is_sent_with_its_confidence() -> None:
    """Words reach the action as SpeechResult and Confidence; without a confidence that field is left out."""
    line, call = dialled(ASK.format('input="dtmf speech" language="nl-NL"'), next=NEXT)
    line.player.speak(call, "ik moest lang wachten", 0.91)
    line.player.speak(call, "zonder zekerheid")
    assert line.turns == [
        ("/twilio/next", {"SpeechResult": "ik moest lang wachten", "Confidence": "0.91"}),
        ("/twilio/next", {"SpeechResult": "zonder zekerheid"}),
    ]


def test_speech_is_heard_only_where_it_is_listened_for() -> None:
    """Words are lost where only keys are awaited, after a key was pressed first, and when nothing was said."""
    line, keys_only = dialled(ASK.format(""))
    assert line.player.speak(keys_only, "negen", 0.9) == from_plain(to_plain(keys_only))
    line, both = dialled(ASK.format('input="dtmf speech" language="nl-NL"'))
    line.player.speak(line.player.press(both, "1"), "negen", 0.9)
    line.player.speak(both, "  ", 0.9)
    assert line.turns == []


def test_an_action_is_the_current_document_unless_named() -> None:
    """Without an action the same document is asked again, query and all."""
    line = Line({"/twilio/voice?a=1": response("<Gather numDigits='1'/>")})
    call = line.player.dial(Call("CA1", "ours", "theirs", f"{DOCUMENT}?a=1"))
    line.player.press(call, "3")
    assert line.turns == [("/twilio/voice?a=1", {"Digits": "3"})]


def test_relative_addresses_start_at_the_current_document() -> None:
    """An action and a redirect are resolved against the document they stand in, not against the first one."""
    line, call = dialled("<Redirect>deep/er</Redirect>")
    line.documents["/twilio/deep/er"] = response("<Gather action='turn?n=1' numDigits='1'/>")
    line.documents["/twilio/deep/turn?n=1"] = response("<Redirect>../voice</Redirect>")
    call = line.player.dial(Call("CA2", "ours", "theirs", DOCUMENT))
    call = line.player.press(call, "1")
    assert call.url == f"{BASE}/twilio/deep/er"
    assert [url for url, _ in line.posted[-4:]] == [
        "/twilio/deep/er",
        "/twilio/deep/turn?n=1",
        "/twilio/voice",
        "/twilio/deep/er",
    ]


def test_redirect_hands_over_for_good() -> None:
    """What stands after a Redirect is never played."""
    _, call = dialled("<Redirect>/twilio/next</Redirect><Say>Never</Say>", next="<Say>There</Say>")
    assert said(call) == ["There"]


def test_a_loop_of_redirects_ends() -> None:
    """A document that redirects to itself ends the call with the carrier's own error line."""
    line, call = dialled("<Redirect>/twilio/voice</Redirect>")
    assert call.ended
    assert len(line.posted) == 12  # the first request, ten redirects, and the report of the end
    assert "11215" in warnings(call)[0]


ENDINGS = {
    "hang-up": ("<Say>Bye</Say><Hangup/><Say>Never</Say>", ["Bye"], "completed"),
    "end of the document": ("<Say>Bye</Say>", ["Bye"], "completed"),
    "nothing at all": ("", [], "completed"),
    "rejected": ("<Reject/><Say>Never</Say>", [], "no-answer"),
    "rejected as busy": ("<Reject reason='busy'/>", [], "busy"),
    "rejected too late": ("<Say>Hello</Say><Reject/>", ["Hello"], "completed"),
}


@pytest.mark.parametrize(("verbs", "heard", "status"), ENDINGS.values(), ids=ENDINGS)
def test_the_end_of_a_call_is_reported(verbs: str, heard: list[str], status: str) -> None:
    """However a call ends, later verbs are not played and the status callback says how, and how long it took."""
    line, call = dialled(verbs)
    assert said(call) == heard
    url, form = line.posted[-1]
    assert url == "/twilio/voice/status"
    assert form["CallStatus"] == call.status == status
    assert int(form["CallDuration"]) == sum(1 for _ in heard)  # short lines, a second each
    assert len(line.posted) == 2


def test_hanging_up_sends_no_answer() -> None:
    """A caller who hangs up with keys pressed has not answered: only the end of the call is reported, and only once."""
    line, call = dialled(ASK.format('timeout="4"'))
    call = line.player.hang_up(line.player.press(call, "9"))
    call = line.player.hang_up(call)
    assert [url for url, _ in line.turns] == ["/twilio/voice/status"]
    assert call.ended
    assert call.gather is None


def test_the_length_of_a_call_counts_what_was_heard_and_waited_for() -> None:
    """Talk at fifteen characters a second, pauses and timeouts add up to the duration; minutes are rounded up."""
    line, call = dialled("<Pause length='60'/><Say>123456789012345</Say><Gather timeout='4'/>")
    line.player.wait(call)
    _, form = line.posted[-1]
    assert (form["CallDuration"], form["Duration"]) == ("65", "2")


def test_after_the_end_nothing_happens() -> None:
    """Keys, words and silence after the end of a call reach nobody."""
    line, call = dialled("<Hangup/>")
    before = len(line.posted)
    for after in (line.player.press(call, "1"), line.player.speak(call, "hello"), line.player.wait(call)):
        assert after.ended
        assert after.heard == ()
    assert len(line.posted) == before


FAILURES = {
    "not xml": "hello",
    "nothing": "",
    "blank before the declaration": '\n<?xml version="1.0"?><Response/>',
    "unescaped ampersand": "<Response><Say>a & b</Say></Response>",
    "another root": "<html/>",
    "too large": response(f"<Say>{'x' * 66_000}</Say>"),
}


@pytest.mark.parametrize("document", FAILURES.values(), ids=FAILURES)
def test_a_broken_document_ends_the_call(document: str) -> None:
    """Where the application answers no TwiML, the caller hears the carrier's own line and the call ends."""
    line = Line({"/twilio/voice": document})
    call = line.player.dial(Call("CA1", "ours", "theirs", DOCUMENT))
    assert said(call) == ["We are sorry. An application error has occurred. Goodbye."]
    assert call.ended
    assert warnings(call)
    assert line.posted[-1][1]["CallStatus"] == "completed"


def test_an_error_of_the_application_ends_the_call() -> None:
    """An HTTP error in the middle of a call is heard as the carrier's own line."""
    line, call = dialled(ASK.format('numDigits="1"'))
    call = line.player.press(call, "9")
    assert call.ended
    assert warnings(call) == ["11200: the application answered with HTTP 404"]


FLAWS = {
    "unknown verb": ("<Speak>Hello</Speak>", "12200: <Speak> is not a verb"),
    "verb in lower case": ("<say>Hello</say>", "12200: <say> is not a verb"),
    "unknown attribute": ("<Say speed='2'>Hello</Say>", "12200: <Say> has no attribute speed"),
    "snake case": ("<Gather num_digits='1'/>", "12200: <Gather> has no attribute num_digits"),
    "strange mark": ("<Say>a <b>b</b></Say>", "12200: <b> cannot stand in <Say>"),
    "empty say": ("<Say/>", "13520"),
    "timeout of zero": ("<Gather timeout='0'/>", "13313"),
    "timeout in words": ("<Gather timeout='five'/>", "13313"),
    "digits in words": ("<Gather numDigits='one'/>", "13314"),
    "two finish keys": ("<Gather finishOnKey='#*'/>", "13310"),
    "finish key that is none": ("<Gather finishOnKey='a'/>", "13310"),
    "input that is none": ("<Gather input=\"['dtmf', 'speech']\"/>", "12200"),
    "verb that cannot be nested": ("<Gather><Redirect>/x</Redirect></Gather>", "13320: <Redirect> cannot stand"),
    "speech in no region": ("<Gather input='speech' language='nl'/>", "13512"),
    "model without a timeout": ("<Gather input='speech' speechModel='default' speechTimeout='auto'/>", "13335"),
}


@pytest.mark.parametrize(("verbs", "warning"), FLAWS.values(), ids=FLAWS)
def test_what_the_carrier_would_warn_of_is_shown(verbs: str, warning: str) -> None:
    """A flaw is shown with the carrier's number for it, and the call goes on."""
    _, call = dialled(verbs, "<Say>Still here</Say><Gather/>")
    assert [text for text in warnings(call) if text.startswith(warning)]
    assert not call.ended


def test_marks_of_speech_are_spoken_through() -> None:
    """SSML within a Say is no flaw, and its words are part of what is said."""
    _, call = dialled("<Say>Press <say-as interpret-as='digits'>10</say-as><break time='1s'/> now</Say>")
    assert said(call) == ["Press 10 now"]
    assert warnings(call) == []


@pytest.mark.parametrize("key", ["", "12", "a", "A", "٣", " "])
def test_a_telephone_has_twelve_keys(key: str) -> None:
    """Anything but one of 0-9, * and # is refused."""
    line, call = dialled("<Gather/>")
    with pytest.raises(ValueError, match="a telephone has no key"):
        line.player.press(call, key)


def test_a_call_survives_json() -> None:
    """A call that goes through JSON between two keys goes on as if it had not."""
    line, call = dialled(ASK.format('numDigits="2" finishOnKey="*"'), next=NEXT)
    call = from_plain(json.loads(json.dumps(to_plain(line.player.press(call, "1")))))
    assert said(line.player.press(call, "0")) == ["Taken"]
    assert line.turns == [("/twilio/next", {"Digits": "10"})]


def test_markup_that_is_none_has_no_verbs() -> None:
    """Reading something that is no document raises with the carrier's number for it."""
    with pytest.raises(MarkupError, match="12100"):
        read("<Say>")


def ids() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"{next(numbers):032x}"


def toy_app() -> Flask:
    """Answers voice with the path it was called by, and texts with what was sent; checks every signature."""
    app = Flask(__name__)

    @app.post("/twilio/voice")
    @app.post("/twilio/voice/<path:rest>")
    def voice(rest: str = "") -> Response:
        raw = request.environ["RAW_URI"]
        genuine = is_genuine(["secret"], f"{BASE}{raw}", request.form, request.headers.get(SIGNATURE_HEADER))
        if not genuine:
            return Response("", 403)
        if rest == "plain":
            return Response("hello", mimetype="text/plain")
        if rest == "status":
            return Response("", 204)
        return Response(response(f"<Say>{escape(raw)}</Say><Gather/>"), mimetype="text/xml")

    @app.post("/twilio/messages")
    def messages() -> Response:
        if request.form["Body"] == "fail":
            return Response("", 500)
        if request.form["Body"] == "media":
            return Response(
                response("<Message><Body>a\n\nb</Body><Media>/x</Media></Message><Redirect/>"), mimetype="text/xml"
            )
        told = "".join(f"<Message>{escape(f'{name}={value}')}</Message>" for name, value in request.form.items())
        return Response(response(told), mimetype="text/xml")

    return app


def sandbox() -> Sandbox:
    return Sandbox(toy_app(), BASE + "/", "secret", ids())


@pytest.mark.parametrize(
    "path", ["/twilio/voice", "/twilio/voice/after-call?reference=a%3Ab%2Cc%7E%C3%A9&touchpoint=x+y"]
)
def test_webhooks_are_signed_for_the_public_address(path: str) -> None:
    """The application finds the signature genuine for its public address and the raw target, escapes and all."""
    call = sandbox().dial("+15005550006", "+31600000001", path)
    assert said(call) == [path]
    assert call.sid == f"CA{1:032x}"


def test_a_call_can_be_taken_over_from_an_agent() -> None:
    """Further fields of the first request reach the application and are signed too."""
    call = sandbox().dial("+15005550006", "+31600000001", "/twilio/voice/after-call", {"DialCallStatus": "completed"})
    assert said(call) == ["/twilio/voice/after-call"]
    assert not call.ended


def test_the_sandbox_leaves_no_machine() -> None:
    """An address that is not the application's own is not called."""
    with pytest.raises(WebhookError, match="11100"):
        sandbox().post("https://elsewhere.example.com/twilio/voice", {})
    with pytest.raises(WebhookError, match="11100"):
        sandbox().post(f"{BASE}.example.org/twilio/voice", {})


def test_plain_text_is_not_played() -> None:
    """An answer that says it is no XML is the application's error."""
    call = sandbox().dial("+15005550006", "+31600000001", "/twilio/voice/plain")
    assert warnings(call)[0].startswith("12300")
    assert call.ended


def test_a_text_carries_the_carriers_fields() -> None:
    """An SMS arrives with its id, both numbers, the body as typed and no media."""
    told = {line.text for line in sandbox().text("+15005550006", "+31600000001", " Één ✨\n8 ", Channel.SMS)}
    assert {
        f"MessageSid=SM{1:032x}",
        "From=+31600000001",
        "To=+15005550006",
        "Body= Één ✨\n8",  # the answer is trimmed, not the question
        "NumMedia=0",
    } <= told


def test_a_whatsapp_text_carries_its_channel() -> None:
    """WhatsApp's addresses have their prefix, and its message the sender's name, id and touched button."""
    answers = sandbox().text("+15005550006", "+31600000001", "4 - veel", Channel.WHATSAPP, button_payload="ces-4")
    assert {
        "From=whatsapp:+31600000001",
        "To=whatsapp:+15005550006",
        "WaId=31600000001",
        "ProfileName=Sandbox",
        "ButtonPayload=ces-4",
        "ButtonText=4 - veel",
    } <= {line.text for line in answers}


@pytest.mark.parametrize(
    ("body", "own"),
    [("STOP", True), (" stop ", True), ("Yes", True), ("info", True), ("END", True), ("stop it", False), ("8", False)],
)
def test_the_carrier_answers_its_own_keywords_by_sms(body: str, own: bool) -> None:
    """On exactly one of its words the carrier answers an SMS itself, besides the application; never on WhatsApp."""
    by_sms = sandbox().text("+15005550006", "+31600000001", body, Channel.SMS)
    by_whatsapp = sandbox().text("+15005550006", "+31600000001", body, Channel.WHATSAPP)
    assert [line.source for line in by_sms if line.source is not Source.BOT] == ([Source.CARRIER] if own else [])
    assert any(line.source is Source.BOT for line in by_sms)
    assert {line.source for line in by_whatsapp} == {Source.BOT}


def test_a_messages_body_keeps_its_lines() -> None:
    """A nested Body is read with its line breaks; another verb is shown as a warning."""
    answers = sandbox().text("+15005550006", "+31600000001", "media", Channel.SMS)
    assert answers[0] == Received(Source.BOT, "a\n\nb")
    assert answers[1].source is Source.WARNING


def test_a_failing_application_is_seen_in_the_thread() -> None:
    """Texting an application that fails brings no answer but a warning."""
    (warning,) = sandbox().text("+15005550006", "+31600000001", "fail", Channel.SMS)
    assert warning == Received(Source.WARNING, "11200: the application answered with HTTP 500")


def test_a_message_does_not_show_whom_it_is_for() -> None:
    """Neither number nor text of a message can reach a log by its representation; a call is no message."""
    message = Outgoing(Channel.SMS, "+15005550006", "+31600000001", "How hard?")
    assert "+" not in repr(message)
    assert "hard" not in repr(message)
    with pytest.raises(ValueError, match="a call cannot carry it"):
        Outgoing(Channel.CALL, "ours", "theirs", "text")
