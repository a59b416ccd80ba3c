"""Somebody who answers what they hear, and remembers which question each answer was given to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from bot.carriers.markup import Say, read_messages
from flows.survey import Channel, Consent, Question, Rating, Survey
from tests.wire import Exchange, Webhook, dialled, ended, texted

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Words:
    """How a respondent of one language puts it."""

    because: str
    meant: str
    back: str
    skip: str


WORDS: Mapping[str, Words] = {
    "nl": Words("want", "ik bedoel", "terug", "overslaan"),
    "en": Words("because", "I meant", "go back", "skip"),
    "de": Words("weil", "ich meinte", "zurück", "überspringen"),
    "fr": Words("parce que", "je voulais dire", "retour", "passer"),
    "es": Words("porque", "quise decir", "volver", "saltar"),
}

MOST_INPUTS = 20
"""After this many a respondent hangs up, or does not answer any more."""


@dataclass(eq=False)
class Respondent:
    """One conversation from the respondent's side; with the same survey and luck it always goes the same way.

    name: no other conversation has it. told: what they believe to have told us, by question. said: what they did, in
    order. lines: how many lines the journal should have of this. agreed: whether they may be called back.
    """

    survey: Survey
    channel: Channel
    language: str
    theirs: str
    name: str
    luck: Random
    told: dict[str, Answer] = field(default_factory=dict)
    said: list[tuple[str | None, str]] = field(default_factory=list)
    lines: int = 0
    over: bool = False
    opted_out: bool = False
    agreed: bool = False
    _asked: str = ""
    _misses: int = 0
    _replacing: int | None = None

    def begin(self) -> list[Webhook]:
        """A call that asks for their language in its query, or, from an unknown number, by a menu; or a message."""
        self.lines = 1
        if self.channel is not Channel.CALL:
            return [self._text(f"survey {self.language}")]
        wanted = "" if self.theirs == "anonymous" else f"?language={self.language}"
        return [dialled(self.name, self.theirs, f"/twilio/voice/after-call{wanted}")]

    def hear(self, exchange: Exchange) -> list[Webhook]:
        """What they do next; of two webhooks, the second is the end of the call, right after the answer."""
        if self.channel is not Channel.CALL:
            return self._read(" ".join(" ".join(map(str, read_messages(exchange.body))).split()))
        if (gather := exchange.gather) is None:
            return self._hang_up()
        words = " ".join(part.text for part in gather.prompt if isinstance(part, Say))
        if "/voice/language/" in exchange.action:
            return self._choose(exchange)
        question = self._question(words)
        if self._has_enough():
            return self._hang_up()
        pressed = self._at_read_back() if question is None else self._by_voice(question)
        self.said.append((question or self._asked, str(pressed)))
        answered = dialled(self.name, self.theirs, exchange.action, **pressed)
        self.lines += 1
        return [answered, *self._hang_up()] if self.luck.random() < 0.1 else [answered]

    def _choose(self, exchange: Exchange) -> list[Webhook]:
        """At the menu of languages: their own, sooner or later, unless they hang up; then nothing is known of them."""
        if self.luck.random() < 0.1:
            self.over, self.lines = True, 0
            return [ended(self.name, self.theirs)]
        theirs = str(1 + list(self.survey.languages).index(self.language))
        key = self.luck.choice([theirs, "9", ""]) if len(self.said) < 2 else theirs
        self.said.append((None, key))
        return [dialled(self.name, self.theirs, exchange.action, **({"Digits": key} if key else {}))]

    def _hang_up(self) -> list[Webhook]:
        self.over = True
        self.lines += 1
        return [ended(self.name, self.theirs)]

    def _has_enough(self) -> bool:
        """Whether they leave it at that: sometimes at any point, often when an answer was just taken back."""
        return len(self.said) > MOST_INPUTS or self.luck.random() < (0.06 if self._replacing is None else 0.3)

    def _question(self, words: str) -> str | None:
        """The question that is put in these words; None where an answer is read back."""
        asked = next((key for key, wordings in self._wordings.items() if any(w in words for w in wordings)), None)
        if asked and asked != self._asked:
            self._asked, self._misses, self._replacing = asked, 0, None
        return asked

    def _by_voice(self, key: str) -> dict[str, str]:
        """Keys, speech or silence in answer to a question."""
        question = self.survey.question(key)
        if isinstance(question, Consent):
            keys = self.luck.choice(["1", "1", "2", "5", "#", ""])
            self.agreed = keys == "1"
            return {"Digits": keys} if keys else {}
        does = self.luck.choice(["answer"] * 5 + ["miss"] * 2 + ["silence", "repeat"])
        if does == "repeat":
            return {"Digits": "*"}
        if does == "silence":
            self._miss(key, "silent", "")
            return {}
        if isinstance(question, Rating):
            if does == "miss":
                wrong = self.luck.choice(["47", "011", "99"] if question.scale.high == 10 else ["0", "7", "1#"])
                self._miss(key, "unclear", wrong)
                return {"Digits": wrong}
            value = self.luck.randint(question.scale.low, question.scale.high)
            self._rate(key, value, str(value))
            return {"Digits": str(value)}
        if does == "miss":
            if self.luck.random() < 0.5:
                self._miss(key, "unclear", "5")
                return {"Digits": "5"}
            self._miss(key, "inaudible", "", 0.0)
            return {"SpeechResult": "", "Confidence": "0.0"}
        if self.luck.random() < 0.3:
            self.told[key] = answer(missing="skipped", raw="#")
            return {"Digits": "#"}
        words, sure = self._reason(), self.luck.choice([0.25, 0.9])
        self.told[key] = answer(verbatim=words, raw=words, confidence=sure)
        return {"SpeechResult": words, "Confidence": str(sure)}

    def _at_read_back(self) -> dict[str, str]:
        """Silence and a hash let a number stand, the key that was named takes it back."""
        keys = self.luck.choice(["", "#", "*", "9"])
        if keys == "9":
            self._take_back(self._asked)
        return {"Digits": keys} if keys else {}

    def _read(self, words: str) -> list[Webhook]:
        key = self._question(words)
        if key is None or self._has_enough():
            self.over = True
            return []
        words = self._in_writing(key)
        self.said.append((key, words))
        self.lines += 1
        return [self._text(words)]

    def _in_writing(self, key: str) -> str:
        """A message in answer to a question, which can be about the answer before."""
        question, how = self.survey.question(key), WORDS[self.language]
        if isinstance(question, Consent):
            words = self.luck.choice(["ok", "OK!", "no", "47"])
            self.agreed = words in ("ok", "OK!")
            return words
        rated = [known for known, given in self.told.items() if given["value"] is not None]
        fresh = bool(rated) and not self._misses and self._replacing is None
        does = self.luck.choice(
            ["answer"] * 6 + ["miss"] * 2 + ["skip", "help", "stop"] + ["correct", "back"] * (2 if fresh else 0)
        )
        if does == "help":
            return self.luck.choice(["help!", "info!"])
        if does == "stop":
            self.over = self.opted_out = True
            return "stop!"
        if does == "skip":
            self.told[key] = answer(missing="skipped", raw=how.skip)
            return how.skip
        if does == "back":
            self._asked = rated[-1]
            self._take_back(rated[-1])
            return how.back
        if does == "correct":
            value = self._number(rated[-1])
            words, before = f"{how.meant} {value}", self.told[rated[-1]]
            self.told[rated[-1]] = {**before, "value": value, "raw": words, "corrected_from": before["value"]}
            return words
        if does == "miss":
            wrong = self.luck.choice(["👍", "7-8", "47", ""]) if isinstance(question, Rating) else ""
            self._miss(key, "unclear", wrong)
            return wrong
        if not isinstance(question, Rating):
            words = self._reason()
            self.told[key] = answer(verbatim=words, raw=words)
            return words
        value, reason = self._number(key), self._reason()
        words = self.luck.choice([str(value), f"{value}!", f"{value} {how.because} {reason}"])
        self._rate(key, value, words)
        if reason in words:
            reasons = [self.told["why"]["verbatim"], reason] if "why" in self.told else [reason]
            self.told["why"] = answer(verbatim="\n".join(reasons), raw=words)
        return words

    def _rate(self, key: str, value: int, raw: str) -> None:
        self.told[key] = answer(value=value, raw=raw, corrected_from=self._replacing)

    def _miss(self, key: str, why: str, raw: str, sure: float | None = None) -> None:
        """Something that is no answer; after as many as there are wordings, the question is given up."""
        self._misses += 1
        if self._misses == self.survey.question(key).prompts[self.language, self.channel.medium].tries:
            self.told[key] = answer(missing=why, raw=raw, confidence=sure)

    def _take_back(self, key: str) -> None:
        self._misses, self._replacing = 0, self.told.pop(key)["value"]

    def _number(self, key: str) -> int:
        question = self.survey.question(key)
        assert isinstance(question, Rating)
        return self.luck.randint(question.scale.low, question.scale.high)

    def _reason(self) -> str:
        """Words that nobody else has said."""
        return " ".join("".join(self.luck.choices("bcdfghjk", k=5)) for _ in range(3))

    def _text(self, words: str) -> Webhook:
        return texted(f"{self.name}m{self.lines}", words, self.theirs, self.channel)

    @cached_property
    def _wordings(self) -> dict[str, list[str]]:
        """Every wording of every question in which this respondent can hear it."""
        return {
            question.key: [
                " ".join(self._filled(wording, question).split())
                for prompt in [question.prompts[self.language, self.channel.medium]]
                for wording in (prompt.ask, *prompt.again)
            ]
            for question in self.survey.everything
        }

    def _filled(self, wording: str, question: Question) -> str:
        if not isinstance(question, Rating):
            return self.survey.say(wording)
        ends = question.anchors[self.language]
        return self.survey.say(
            wording, low=question.scale.low, high=question.scale.high, low_words=ends.low, high_words=ends.high
        )


def answer(**given: Any) -> Answer:
    """An answer as it should be stored."""
    nothing = dict.fromkeys(("value", "missing", "verbatim", "corrected_from", "confidence"))
    return {**nothing, "late": False, **given}
