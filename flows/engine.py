"""How a survey is conducted: one input at a time, voice and text alike, by one pure function."""

from collections.abc import Mapping
from dataclasses import replace

from flows.reading import Command, Unclear, Understood, Wish, read
from flows.session import (
    Answer,
    Cause,
    Confirming,
    Gap,
    Missing,
    Outcome,
    Over,
    Rated,
    Session,
    Verbatim,
    Waiting,
)
from flows.survey import Medium, Open, Prompt, Question, Rating, Survey
from flows.turn import (
    Answered,
    Asked,
    Confirmed,
    Corrected,
    Ended,
    Event,
    Expired,
    HungUp,
    Input,
    Keyed,
    LeftOpen,
    Misunderstood,
    OptedIn,
    OptedOut,
    Reason,
    Reopened,
    Reply,
    Silence,
    Spoken,
    Turn,
    Typed,
    Withdrawn,
)

MOST_TURNS = 40
"""A conversation this long is with a machine, or with somebody who deserves to be left alone."""


def begin(survey: Survey, language: str, medium: Medium) -> Turn:
    """The first turn: the greeting and the first question. Raises KeyError for a language the survey lacks."""
    first = next_question(survey, {})
    if first is None:
        raise ValueError(f"survey {survey.key} asks nothing")
    session = Session(survey.key, survey.version, language, medium, Waiting(first.key), asked=first.key)
    notice = survey.say(survey.greeting[language, medium])
    return Turn(session, (Asked(first.key),), replace(_put(survey, session, first), notice=(notice,)))


def step(survey: Survey, session: Session, given: Input) -> Turn:
    """What follows from one input.

    Silence, hanging up and expiry are inputs like any other. After the end an answer to the question that was open is
    still taken and marked late, and a correction, an opt-out or an opt-in still counts; all else changes nothing.
    """
    if isinstance(session.state, Over) and session.medium is Medium.VOICE:
        return _after_hanging_up(survey, session, session.state, given)
    if isinstance(given, Keyed | Typed | Spoken | Silence):
        session = replace(session, turns=session.turns + 1)
        if session.turns > MOST_TURNS:
            over = isinstance(session.state, Over)
            return Turn(session, (), Reply((), None)) if over else _end(survey, session, Cause.TOO_LONG)
    match session.state:
        case Over() as over:
            return _after_the_end(survey, session, over, given)
        case _ if isinstance(given, HungUp):
            return _end(survey, session, Cause.HUNG_UP)
        case _ if isinstance(given, Expired):
            return _end(survey, session, Cause.EXPIRED)
        case Confirming(question=key):
            return _confirm(survey, session, _rating(survey, key), given)
        case Waiting() as waiting:
            if isinstance(given, Silence):
                return _miss(survey, session, waiting, Reason.SILENT)
            return _take(survey, session, waiting, given)


def pending(survey: Survey, session: Session) -> Reply:
    """What the respondent hears who asks, in whatever way, where the conversation stands."""
    match session.state:
        case Waiting(question=key, misses=misses):
            return _put(survey, session, survey.question(key), misses)
        case Confirming(question=key):
            return _read_back(survey, session, _rating(survey, key))
        case Over():
            return Reply((), None)


def next_question(survey: Survey, answers: Mapping[str, Answer]) -> Question | None:
    """The first question that applies and was neither answered nor given up; recomputed each time, never stored."""
    return next((q for q in survey.questions if q.key not in answers and applies(q, answers)), None)


def applies(question: Question, answers: Mapping[str, Answer]) -> bool:
    """Whether all conditions of the question hold for these answers."""
    return all(
        isinstance(answer := answers.get(condition.question), Rated) and condition.low <= answer.value <= condition.high
        for condition in question.only_if
    )


def outcome(survey: Survey, session: Session, cause: Cause) -> Outcome:
    """How a session counts that ends now: by the ratings answered out of those that applied, then by what ended it."""
    core: list[Question] = [q for q in survey.questions if isinstance(q, Rating)]
    core = core or list(survey.questions)
    answered = [not isinstance(session.answers.get(q.key), Missing | None) for q in core if applies(q, session.answers)]
    if all(answered):
        return Outcome.COMPLETED
    if any(answered):
        return Outcome.PARTIAL
    if cause is Cause.OPTED_OUT or (cause is Cause.HUNG_UP and session.turns == 0):
        return Outcome.REFUSED
    if cause is Cause.EXPIRED and session.turns == 0:
        return Outcome.EXPIRED
    return Outcome.BROKEN_OFF


def _take(survey: Survey, session: Session, waiting: Waiting, given: Keyed | Typed | Spoken) -> Turn:
    """An input while an answer is awaited."""
    question = survey.question(waiting.question)
    match read(question, given, survey.languages[session.language]):
        case Understood(value=value, remark=remark):
            return _answer(survey, session, waiting, value, remark, given)
        case Unclear(reason=reason):
            return _miss(survey, session, waiting, reason, given)
        case Command(wish=Wish.CORRECT, value=int(value)):
            return _correct(survey, session, waiting, value, given)
        case Command(wish=wish):
            return _grant(survey, session, waiting, wish, given)


def _answer(
    survey: Survey, session: Session, waiting: Waiting, value: int | str, remark: str, given: Keyed | Typed | Spoken
) -> Turn:
    """An answer understood: keep it, say back what is easily mistaken, go on."""
    question = survey.question(waiting.question)
    late = isinstance(session.state, Over)
    if isinstance(value, str):
        words = Verbatim(value, _raw(given), _confidence(given), late)
        return _go_on(survey, _keep(session, question.key, words), (Answered(question.key, None, late),))
    rated = Rated(value, _raw(given), waiting.replacing, _confidence(given), late)
    session = _keep(session, question.key, rated)
    events: tuple[Event, ...] = (Answered(question.key, value, late),)
    if remark and (why := _open_for_remark(survey, question)):
        before = session.answers.get(why.key)
        text = f"{before.text}\n{remark}" if isinstance(before, Verbatim) else remark
        session = _keep(session, why.key, Verbatim(text, _raw(given), _confidence(given), late))
        events += (Answered(why.key, None, late),)
    if not isinstance(question, Rating) or value not in question.read_back:
        return _go_on(survey, session, events)
    if session.medium is Medium.VOICE and waiting.replacing is None and not late:
        session = replace(session, state=Confirming(question.key))
        return Turn(session, events, _read_back(survey, session, question))
    return _go_on(survey, session, events, (_value_said(survey, session, question),))


def _confirm(survey: Survey, session: Session, question: Rating, given: Input) -> Turn:
    """An input while a number is read back. Silence or # lets it stand; any other key takes it back."""
    match given:
        case Silence() | Keyed(keys="#" | ""):
            return _go_on(survey, session, (Confirmed(question.key),))
        case Keyed(keys=keys) if "*" not in keys:
            return _withdraw(survey, session, question)
        case _:
            return Turn(session, (), _read_back(survey, session, question))


def _miss(
    survey: Survey, session: Session, waiting: Waiting, reason: Reason, given: Keyed | Typed | Spoken | None = None
) -> Turn:
    """An input that cannot be taken: say why and ask again, shorter; after the last try leave the question."""
    question = survey.question(waiting.question)
    events: tuple[Event, ...] = (Misunderstood(question.key, reason),)
    misses = waiting.misses + 1
    if misses < _prompt(session, question).tries:
        session = replace(session, state=replace(waiting, misses=misses))
        return Turn(session, events, _put(survey, session, question, misses, (_phrase(survey, session, reason),)))
    gap = _gap(question, reason, given)
    session = _keep(session, question.key, Missing(gap, _raw(given), _confidence(given)))
    events += (LeftOpen(question.key, gap),)
    if gap is Gap.SILENT:
        return _end(survey, session, Cause.SILENT, events)
    return _go_on(survey, session, events, (_phrase(survey, session, "left_out"),))


def _correct(survey: Survey, session: Session, waiting: Waiting, value: int, given: Keyed | Typed | Spoken) -> Turn:
    """ "I meant 8": the question at hand if it was just asked again or nothing was rated yet, else the last rating."""
    question = survey.question(waiting.question)
    last = _last_rated(survey, session)
    at_hand = waiting.misses > 0 or waiting.replacing is not None or last is None
    if isinstance(question, Rating) and at_hand and value in question.scale:
        return _answer(survey, session, waiting, value, "", given)
    if last is None or value not in last.scale:
        return _miss(survey, session, waiting, Reason.OUT_OF_RANGE, given)
    old, session = _replaced(session, last, value, given)
    said = (_phrase(survey, session, "corrected", value=value, old=old),)
    events = (Corrected(last.key, old, value),)
    if not applies(question, session.answers):
        return _go_on(survey, session, events, said)
    return Turn(session, events, _put(survey, session, question, waiting.misses, said))


def _grant(survey: Survey, session: Session, waiting: Waiting, wish: Wish, given: Keyed | Typed | Spoken) -> Turn:
    """A wish about the conversation itself, which is never a miss."""
    question = survey.question(waiting.question)
    match wish:
        case Wish.STOP:
            return _end(survey, session, Cause.OPTED_OUT, (OptedOut(),))
        case Wish.SKIP:
            session = _keep(session, question.key, Missing(Gap.SKIPPED, _raw(given), _confidence(given)))
            skipped = (_phrase(survey, session, "skipped"),)
            return _go_on(survey, session, (LeftOpen(question.key, Gap.SKIPPED),), skipped)
        case Wish.BACK if last := _last_rated(survey, session):
            return _withdraw(survey, session, last)
        case Wish.BACK | Wish.CORRECT:
            said: tuple[str, ...] = (_phrase(survey, session, "nothing_to_correct"),)
        case Wish.HELP:
            said = (_phrase(survey, session, f"help_{session.medium}"),)
        case Wish.START:
            said = (_phrase(survey, session, "opted_in"),)
        case Wish.REPEAT:
            said = ()
    events = (OptedIn(),) if wish is Wish.START else ()
    reply = _put(survey, session, question, 0, said)
    return Turn(session, events, replace(reply, attempt=waiting.misses))


def _withdraw(survey: Survey, session: Session, question: Rating) -> Turn:
    """The respondent takes a number back: it counts no longer, whatever follows, and the question is asked again."""
    rated = session.answers[question.key]
    assert isinstance(rated, Rated)  # noqa: S101 -- both callers have just found it so; for mypy
    answers = {key: answer for key, answer in session.answers.items() if key != question.key}
    waiting = Waiting(question.key, replacing=rated.value)
    session = replace(session, answers=answers, state=waiting, asked=question.key)
    events = (Withdrawn(question.key, rated.value), Asked(question.key))
    return Turn(session, events, _put(survey, session, question, 0, (_phrase(survey, session, "asked_again"),)))


def _after_hanging_up(survey: Survey, session: Session, over: Over, given: Input) -> Turn:
    """An input that was given before the call ended and arrives after the news that it has.

    The session ends up exactly as if both had come in order.
    """
    if over.pending is None or isinstance(given, HungUp | Expired):
        return Turn(session, (), Reply((), None))
    taken = step(survey, replace(session, state=over.pending), given)
    ended = step(survey, taken.session, HungUp())
    return Turn(ended.session, (Reopened(), *taken.events, *ended.events), Reply((), None))


def _after_the_end(survey: Survey, session: Session, over: Over, given: Input) -> Turn:
    """A message to a session that is over: an answer to what was open reopens it, and wishes still count."""
    nothing = Turn(session, (), Reply((), None))
    if not isinstance(given, Keyed | Typed | Spoken):
        return nothing
    question = survey.question(over.pending.question if over.pending else survey.questions[-1].key)
    match read(question, given, survey.languages[session.language]):
        case Understood(value=value, remark=remark) if isinstance(over.pending, Waiting):
            turn = _answer(survey, session, over.pending, value, remark, given)
            return replace(turn, events=(Reopened(), *turn.events))
        case Command(wish=Wish.STOP):
            return Turn(session, (OptedOut(),), Reply((_phrase(survey, session, "opted_out"),), None))
        case Command(wish=Wish.START):
            return Turn(session, (OptedIn(),), Reply((_phrase(survey, session, "opted_in"),), None))
        case Command(wish=Wish.CORRECT, value=int(value)) if (
            last := _last_rated(survey, session)
        ) and value in last.scale:
            old, session = _replaced(session, last, value, given)
            said = _phrase(survey, session, "corrected", value=value, old=old)
            return Turn(session, (Corrected(last.key, old, value),), Reply((said,), None))
        case _ if over.cause is Cause.EXPIRED:
            return replace(nothing, reply=Reply((_phrase(survey, session, "already_over"),), None))
        case _:
            return nothing


def _go_on(survey: Survey, session: Session, events: tuple[Event, ...], said: tuple[str, ...] = ()) -> Turn:
    """Ask the next question that applies, or end."""
    question = next_question(survey, session.answers)
    if question is None:
        return _end(survey, session, Cause.FINISHED, events, said)
    session = replace(session, state=Waiting(question.key), asked=question.key)
    said += _bridge(survey, session, question)
    return Turn(session, (*events, Asked(question.key)), _put(survey, session, question, 0, said))


def _end(
    survey: Survey,
    session: Session,
    cause: Cause,
    events: tuple[Event, ...] = (),
    said: tuple[str, ...] = (),
) -> Turn:
    """The end, with the last words that fit what brought it about."""
    how = outcome(survey, session, cause)
    match cause:
        case Cause.HUNG_UP | Cause.EXPIRED:
            said = ()
        case Cause.OPTED_OUT:
            said += (_phrase(survey, session, "opted_out"),)
        case _ if how is Outcome.COMPLETED:
            said += (survey.say(survey.thanks[session.language, session.medium]),)
        case _:
            said += (_phrase(survey, session, "goodbye"),)
    was = session.state
    cut_off = cause in (Cause.HUNG_UP, Cause.EXPIRED)
    over = Over(how, cause, was if cut_off and not isinstance(was, Over) else None)
    return Turn(replace(session, state=over), (*events, Ended(how)), Reply(said, None))


def _put(survey: Survey, session: Session, question: Question, attempt: int = 0, said: tuple[str, ...] = ()) -> Reply:
    """The question in the wording for this attempt, after what is to be said first."""
    template = _prompt(session, question).on_try(attempt)
    words = survey.say(template, **_scale_words(question, session.language))
    return Reply((*said, words), question, attempt=attempt)


def _read_back(survey: Survey, session: Session, question: Rating) -> Reply:
    lines = (_value_said(survey, session, question), _phrase(survey, session, "change_key"))
    return Reply(lines, question, confirming=True)


def _value_said(survey: Survey, session: Session, question: Rating) -> str:
    """The number given with its meaning, in the words of the scale's ends."""
    rated = session.answers[question.key]
    assert isinstance(rated, Rated)  # noqa: S101 -- said back only once kept; for mypy
    scale, anchors = question.scale, question.anchors[session.language]
    middle = (scale.low + scale.high) / 2
    if rated.value in (scale.low, scale.high):
        meaning = anchors.low if rated.value == scale.low else anchors.high
    elif rated.value == middle:
        meaning = _phrase(survey, session, "between", low_words=anchors.low, high_words=anchors.high)
    else:
        meaning = _phrase(survey, session, "near", words=anchors.low if rated.value < middle else anchors.high)
    return _phrase(survey, session, "read_back", value=rated.value, meaning=meaning)


def _bridge(survey: Survey, session: Session, question: Question) -> tuple[str, ...]:
    """A warning that the scale now runs the other way than that of the rating before."""
    asked = [q for q in survey.questions if isinstance(q, Rating) and q.key in session.answers]
    if isinstance(question, Rating) and asked and asked[-1].scale.direction is not question.scale.direction:
        return (survey.say(question.bridges[session.language], **_scale_words(question, session.language)),)
    return ()


def _phrase(survey: Survey, session: Session, key: str, **words: str | int) -> str:
    return survey.say(survey.languages[session.language].phrases[key], **words)


def _prompt(session: Session, question: Question) -> Prompt:
    return question.prompts[session.language, session.medium]


def _scale_words(question: Question, language: str) -> dict[str, str | int]:
    if isinstance(question, Open):
        return {}
    scale, anchors = question.scale, question.anchors[language]
    return {"low": scale.low, "high": scale.high, "low_words": anchors.low, "high_words": anchors.high}


def _keep(session: Session, key: str, answer: Answer) -> Session:
    return replace(session, answers={**session.answers, key: answer})


def _replaced(session: Session, question: Rating, value: int, given: Keyed | Typed | Spoken) -> tuple[int, Session]:
    """The old value, and the session with the new one."""
    before = session.answers[question.key]
    assert isinstance(before, Rated)  # noqa: S101 -- it was the last one rated; for mypy
    after = replace(before, value=value, raw=_raw(given), corrected_from=before.value)
    return before.value, _keep(session, question.key, after)


def _last_rated(survey: Survey, session: Session) -> Rating | None:
    rated = [key for key, answer in session.answers.items() if isinstance(answer, Rated)]
    return _rating(survey, rated[-1]) if rated else None


def _rating(survey: Survey, key: str) -> Rating:
    question = survey.question(key)
    assert isinstance(question, Rating)  # noqa: S101 -- only numbers are rated and read back; for mypy
    return question


def _open_for_remark(survey: Survey, question: Question) -> Open | None:
    """Where the words belong that came along with a number: the next open question, else any."""
    place = survey.questions.index(question)
    around = survey.questions[place:] + survey.questions[:place]
    return next((q for q in around if isinstance(q, Open)), None)


def _gap(question: Question, reason: Reason, given: Keyed | Typed | Spoken | None) -> Gap:
    if reason is Reason.SILENT:
        return Gap.SILENT
    if isinstance(given, Spoken) and isinstance(question, Open):
        return Gap.INAUDIBLE
    return Gap.UNCLEAR


def _raw(given: Keyed | Typed | Spoken | None) -> str:
    match given:
        case Keyed(keys=raw) | Typed(text=raw) | Spoken(text=raw):
            return raw
        case None:
            return ""


def _confidence(given: Keyed | Typed | Spoken | None) -> float | None:
    return given.confidence if isinstance(given, Spoken) else None
