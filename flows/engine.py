"""How a survey is conducted: one input at a time, voice and text alike, by one pure function."""

from dataclasses import replace

from flows import course, wording
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
from flows.survey import Medium, Open, Question, Rating, Survey
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
    confidence,
    raw,
)

MOST_TURNS = 40
"""A conversation this long is with a machine, or with somebody who deserves to be left alone."""


def begin(survey: Survey, language: str, medium: Medium) -> Turn:
    """The first turn: the greeting and the first question. Raises KeyError for a language the survey lacks."""
    first = course.next_question(survey, {})
    if first is None:
        raise ValueError(f"survey {survey.key} asks nothing")
    session = course.asked(survey, Session(survey.key, survey.version, language, medium, Waiting(first.key)), first)
    notice = survey.say(survey.greeting[language, medium])
    return Turn(session, (Asked(first.key),), replace(wording.put(survey, session, first), notice=(notice,)))


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
            ended = isinstance(session.state, Over)
            return Turn(session, (), Reply((), None)) if ended else _end(survey, session, Cause.TOO_LONG)
    if session.language not in survey.languages:
        session = replace(session, language=next(iter(survey.languages)))
    match session.state:
        case Over() as over:
            return _after_the_end(survey, session, over, given)
        case _ if isinstance(given, HungUp):
            return _end(survey, session, Cause.HUNG_UP)
        case _ if isinstance(given, Expired):
            return _end(survey, session, Cause.EXPIRED)
        case _ if not course.still_asked(survey, session):
            return _go_on(survey, session, ())
        case Confirming(question=key):
            return _confirm(survey, session, course.rating(survey, key), given)
        case Waiting() as waiting:
            if isinstance(given, Silence):
                return _miss(survey, session, waiting, Reason.SILENT)
            return _take(survey, session, waiting, given)


def pending(survey: Survey, session: Session) -> Reply:
    """What the respondent hears who asks, in whatever way, where the conversation stands."""
    match session.state:
        case Waiting(question=key, misses=misses):
            return wording.put(survey, session, survey.question(key), misses)
        case Confirming(question=key):
            return wording.read_back(survey, session, course.rating(survey, key))
        case Over():
            return Reply((), None)


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
        words = Verbatim(value, raw(given), confidence(given), late)
        return _go_on(survey, _keep(session, question.key, words), (Answered(question.key, None, late),))
    rated = Rated(value, raw(given), waiting.replacing, confidence(given), late)
    session = _keep(session, question.key, rated)
    events: tuple[Event, ...] = (Answered(question.key, value, late),)
    if remark and (why := course.open_for_remark(survey, question)):
        before = session.answers.get(why.key)
        text = f"{before.text}\n{remark}" if isinstance(before, Verbatim) else remark
        session = _keep(session, why.key, Verbatim(text, raw(given), confidence(given), late))
        events += (Answered(why.key, None, late),)
    if not isinstance(question, Rating) or value not in question.read_back:
        return _go_on(survey, session, events)
    if session.medium is Medium.VOICE and waiting.replacing is None and not late:
        session = replace(session, state=Confirming(question.key))
        return Turn(session, events, wording.read_back(survey, session, question))
    return _go_on(survey, session, events, (wording.value_said(survey, session, question),))


def _confirm(survey: Survey, session: Session, question: Rating, given: Input) -> Turn:
    """An input while a number is read back. Silence or # lets it stand; any other key takes it back."""
    match given:
        case Silence() | Keyed(keys="#" | ""):
            return _go_on(survey, session, (Confirmed(question.key),))
        case Keyed(keys=keys) if "*" not in keys:
            return _withdraw(survey, session, question)
        case _:
            return Turn(session, (), wording.read_back(survey, session, question))


def _miss(
    survey: Survey, session: Session, waiting: Waiting, reason: Reason, given: Keyed | Typed | Spoken | None = None
) -> Turn:
    """An input that cannot be taken: say why and ask again, shorter; after the last try leave the question."""
    question = survey.question(waiting.question)
    events: tuple[Event, ...] = (Misunderstood(question.key, reason),)
    misses = waiting.misses + 1
    if misses < wording.prompt(session, question).tries:
        session = replace(session, state=replace(waiting, misses=misses))
        return Turn(
            session, events, wording.put(survey, session, question, misses, (wording.phrase(survey, session, reason),))
        )
    gap = _gap(question, reason, given)
    session = _keep(session, question.key, Missing(gap, raw(given), confidence(given)))
    events += (LeftOpen(question.key, gap),)
    if gap is Gap.SILENT:
        return _end(survey, session, Cause.SILENT, events)
    return _go_on(survey, session, events, (wording.phrase(survey, session, "left_out"),))


def _correct(survey: Survey, session: Session, waiting: Waiting, value: int, given: Keyed | Typed | Spoken) -> Turn:
    """ "I meant 8": the question at hand if it was just asked again or nothing was rated yet, else the last rating."""
    question = survey.question(waiting.question)
    last = course.last_rated(survey, session)
    at_hand = waiting.misses > 0 or waiting.replacing is not None or last is None
    if isinstance(question, Rating) and at_hand and value in question.scale:
        return _answer(survey, session, waiting, value, "", given)
    if last is None or value not in last.scale:
        return _miss(survey, session, waiting, Reason.OUT_OF_RANGE, given)
    old, session = _replaced(session, last, value, given)
    said = (wording.phrase(survey, session, "corrected", value=value, old=old),)
    events = (Corrected(last.key, old, value),)
    if not course.applies(question, session.answers):
        return _go_on(survey, session, events, said)
    return Turn(session, events, wording.put(survey, session, question, waiting.misses, said))


def _grant(survey: Survey, session: Session, waiting: Waiting, wish: Wish, given: Keyed | Typed | Spoken) -> Turn:
    """A wish about the conversation itself, which is never a miss."""
    question = survey.question(waiting.question)
    match wish:
        case Wish.STOP:
            return _end(survey, session, Cause.OPTED_OUT, (OptedOut(),))
        case Wish.SKIP:
            session = _keep(session, question.key, Missing(Gap.SKIPPED, raw(given), confidence(given)))
            skipped = (wording.phrase(survey, session, "skipped"),)
            return _go_on(survey, session, (LeftOpen(question.key, Gap.SKIPPED),), skipped)
        case Wish.BACK if last := course.last_rated(survey, session):
            return _withdraw(survey, session, last)
        case Wish.BACK | Wish.CORRECT:
            said: tuple[str, ...] = (wording.phrase(survey, session, "nothing_to_correct"),)
        case Wish.HELP:
            said = (wording.phrase(survey, session, f"help_{session.medium}"),)
        case Wish.START:
            said = (wording.phrase(survey, session, "opted_in"),)
        case Wish.REPEAT:
            said = ()
    events = (OptedIn(),) if wish is Wish.START else ()
    reply = wording.put(survey, session, question, 0, said)
    return Turn(session, events, replace(reply, attempt=waiting.misses))


def _withdraw(survey: Survey, session: Session, question: Rating) -> Turn:
    """The respondent takes a number back: it counts no longer, whatever follows, and the question is asked again."""
    rated = session.answers[question.key]
    assert isinstance(rated, Rated)  # noqa: S101 -- both callers have just found it so; for mypy
    answers = {key: answer for key, answer in session.answers.items() if key != question.key}
    waiting = Waiting(question.key, replacing=rated.value)
    session = course.asked(survey, replace(session, answers=answers, state=waiting), question)
    events = (Withdrawn(question.key, rated.value), Asked(question.key))
    return Turn(
        session, events, wording.put(survey, session, question, 0, (wording.phrase(survey, session, "asked_again"),))
    )


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
    open_still = over.pending is not None and course.still_asked(survey, session)
    question = survey.question(over.pending.question) if over.pending and open_still else survey.questions[-1]
    match read(question, given, survey.languages[session.language]):
        case Understood(value=value, remark=remark) if isinstance(over.pending, Waiting) and open_still:
            turn = _answer(survey, session, over.pending, value, remark, given)
            return replace(turn, events=(Reopened(), *turn.events))
        case Command(wish=Wish.STOP):
            return Turn(session, (OptedOut(),), Reply((wording.phrase(survey, session, "opted_out"),), None))
        case Command(wish=Wish.START):
            return Turn(session, (OptedIn(),), Reply((wording.phrase(survey, session, "opted_in"),), None))
        case Command(wish=Wish.CORRECT, value=int(value)) if (
            last := course.last_rated(survey, session)
        ) and value in last.scale:
            old, session = _replaced(session, last, value, given)
            said = wording.phrase(survey, session, "corrected", value=value, old=old)
            return Turn(session, (Corrected(last.key, old, value),), Reply((said,), None))
        case _ if over.cause is Cause.EXPIRED:
            return replace(nothing, reply=Reply((wording.phrase(survey, session, "already_over"),), None))
        case _:
            return nothing


def _go_on(survey: Survey, session: Session, events: tuple[Event, ...], said: tuple[str, ...] = ()) -> Turn:
    """Ask the next question that applies, or end."""
    question = course.next_question(survey, session.answers)
    if question is None:
        return _end(survey, session, Cause.FINISHED, events, said)
    session = course.asked(survey, replace(session, state=Waiting(question.key)), question)
    said += wording.bridge(survey, session, question)
    return Turn(session, (*events, Asked(question.key)), wording.put(survey, session, question, 0, said))


def _end(
    survey: Survey,
    session: Session,
    cause: Cause,
    events: tuple[Event, ...] = (),
    said: tuple[str, ...] = (),
) -> Turn:
    """The end, with the last words that fit what brought it about."""
    how = course.outcome(survey, session, cause)
    match cause:
        case Cause.HUNG_UP | Cause.EXPIRED:
            said = ()
        case Cause.OPTED_OUT:
            said += (wording.phrase(survey, session, "opted_out"),)
        case _ if how is Outcome.COMPLETED:
            said += (survey.say(survey.thanks[session.language, session.medium]),)
        case _:
            said += (wording.phrase(survey, session, "goodbye"),)
    was = session.state
    cut_off = cause in (Cause.HUNG_UP, Cause.EXPIRED)
    over = Over(how, cause, was if cut_off and not isinstance(was, Over) else None)
    return Turn(replace(session, state=over), (*events, Ended(how)), Reply(said, None))


def _keep(session: Session, key: str, answer: Answer) -> Session:
    return replace(session, answers={**session.answers, key: answer})


def _replaced(session: Session, question: Rating, value: int, given: Keyed | Typed | Spoken) -> tuple[int, Session]:
    """The old value, and the session with the new one."""
    before = session.answers[question.key]
    assert isinstance(before, Rated)  # noqa: S101 -- it was the last one rated; for mypy
    after = replace(before, value=value, raw=raw(given), corrected_from=before.value)
    return before.value, _keep(session, question.key, after)


def _gap(question: Question, reason: Reason, given: Keyed | Typed | Spoken | None) -> Gap:
    if reason is Reason.SILENT:
        return Gap.SILENT
    if isinstance(given, Spoken) and isinstance(question, Open):
        return Gap.INAUDIBLE
    return Gap.UNCLEAR
