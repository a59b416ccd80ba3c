"""How a survey is conducted: one input at a time, voice and text alike, by one pure function."""

from dataclasses import replace

from flows import course, moves, wording
from flows.reading import NO_MORE_KEYS, Command, Unclear, Understood, Wish, read
from flows.session import (
    Cause,
    Confirming,
    Gap,
    Missing,
    Over,
    Permission,
    Session,
    Waiting,
)
from flows.survey import Medium, Open, Rating, Survey
from flows.turn import (
    Asked,
    Confirmed,
    Corrected,
    Ended,
    Expired,
    HungUp,
    Input,
    Keyed,
    LeftOpen,
    OptedIn,
    OptedOut,
    Reason,
    Reopened,
    Reply,
    Silence,
    Spoken,
    Tapped,
    Turn,
    Typed,
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
    if isinstance(session.state, Over) and session.awaited:
        return _behind_the_end(survey, session, session.state, session.awaited, given)
    if isinstance(session.state, Over) and session.medium is Medium.VOICE:
        return _after_hanging_up(survey, session, session.state, given)
    session = course.in_a_language_of(survey, session)
    if isinstance(given, Tapped):
        return _touched(survey, session, given)
    if isinstance(given, Keyed | Typed | Spoken | Silence):
        session = replace(session, turns=session.turns + 1)
        if session.turns > MOST_TURNS and not _is_stop(survey, session, given):
            ended = isinstance(session.state, Over)
            return Turn(session, (), Reply((), None)) if ended else moves.end(survey, session, Cause.TOO_LONG)
    match session.state:
        case Over() as over:
            return _after_the_end(survey, session, over, given)
        case _ if isinstance(given, HungUp):
            return moves.end(survey, session, Cause.HUNG_UP)
        case _ if isinstance(given, Expired):
            return moves.end(survey, session, Cause.EXPIRED)
        case _ if _keys_no_more(survey, session, given):
            return moves.end(survey, session, Cause.OPTED_OUT, (OptedOut(),))
        case _ if not course.still_asked(survey, session):
            return moves.go_on(survey, session, ())
        case Confirming(question=key):
            return _confirm(survey, session, course.rating(survey, key), given)
        case Waiting() as waiting:
            waiting = replace(waiting, starred=False)
            session = replace(session, state=waiting)
            if isinstance(given, Silence):
                return moves.miss(survey, session, waiting, Reason.SILENT)
            return _take(survey, session, waiting, given)


def pending(survey: Survey, session: Session) -> Reply:
    """What the respondent hears who asks, in whatever way, where the conversation stands."""
    session = course.in_a_language_of(survey, session)
    match session.awaited:
        case None:
            return Reply((), None)
        case _ if not course.still_asked(survey, session):
            return moves.go_on(survey, session, ()).reply
        case Waiting(question=key, misses=misses):
            return wording.put(survey, session, survey.question(key), misses)
        case Confirming(question=key):
            return wording.read_back(survey, session, course.rating(survey, key))


def _touched(survey: Survey, session: Session, given: Tapped) -> Turn:
    """A button answers only the question it was shown with; touched later, or twice, it changes nothing."""
    match session.state:
        case Waiting(question=key) | Over(pending=Waiting(question=key)) if key == given.question:
            return step(survey, session, Typed(given.text))
        case _:
            return Turn(replace(session, turns=session.turns + 1), (), pending(survey, session))


def _is_stop(survey: Survey, session: Session, given: Keyed | Typed | Spoken | Silence) -> bool:
    """Whether this is the wish to be left alone, which counts however long the conversation has been."""
    if isinstance(given, Silence):
        return False
    wish = read(survey.questions[-1], given, survey.languages[session.language])
    return wish == Command(Wish.STOP) or _keys_no_more(survey, session, given)


def _keys_no_more(survey: Survey, session: Session, given: Input) -> bool:
    """Whether the keys for no more questions are pressed, at once or, where one key is taken at a time, in turn.

    A zero that can be an answer is one: where two keys are taken, both parts come together.
    """
    match session.state:
        case Waiting(question=key, starred=True) if given == Keyed("0"):
            return not any(q.key == key and isinstance(q, Rating) and 0 in q.scale for q in survey.questions)
        case Confirming(starred=True) if given == Keyed("0"):
            return True
        case _:
            return given == Keyed(NO_MORE_KEYS)


def _take(survey: Survey, session: Session, waiting: Waiting, given: Keyed | Typed | Spoken) -> Turn:
    """An input while an answer is awaited."""
    question = survey.question(waiting.question)
    if given == Keyed("#") and waiting.misses == 0 and (again := moves.ask_despite_hash(survey, session, waiting)):
        return again
    match read(question, given, survey.languages[session.language]):
        case Understood(value=value, remark=remark):
            return moves.answer(survey, session, waiting, value, remark, given)
        case Unclear(reason=reason):
            return moves.miss(survey, session, waiting, reason, given)
        case Command(wish=Wish.CORRECT, value=int(value)):
            return _correct(survey, session, waiting, value, given)
        case Command(wish=wish):
            return _grant(survey, session, waiting, wish, given)


def _confirm(survey: Survey, session: Session, question: Rating, given: Input) -> Turn:
    """An input while a number is read back. Silence or # lets it stand; any other key takes it back."""
    match given:
        case Silence() | Keyed(keys="#" | ""):
            return moves.go_on(survey, session, (Confirmed(question.key),))
        case Keyed(keys=keys) if "*" not in keys:
            return moves.withdraw(survey, session, question)
        case _:
            starred = replace(session, state=Confirming(question.key, starred=isinstance(given, Keyed)))
            return Turn(starred, (), wording.read_back(survey, session, question))


def _correct(survey: Survey, session: Session, waiting: Waiting, value: int, given: Keyed | Typed | Spoken) -> Turn:
    """ "I meant 8": the question at hand if it was just asked again or nothing was rated yet, else the last rating."""
    question = survey.question(waiting.question)
    last = course.last_rated(survey, session)
    at_hand = waiting.misses > 0 or waiting.replacing is not None or last is None
    if isinstance(question, Rating) and at_hand and value in question.scale:
        return moves.answer(survey, session, waiting, value, "", given)
    if last is None and isinstance(question, Open):
        return moves.answer(survey, session, waiting, raw(given), "", given)
    if last is not None and value not in last.scale and isinstance(question, Open):
        return _grant(survey, session, waiting, Wish.CORRECT, given)
    if last is None or value not in last.scale:
        return moves.miss(survey, session, waiting, Reason.OUT_OF_RANGE, given)
    old, session = moves.replaced(session, last, value, given)
    said = (wording.phrase(survey, session, "corrected", value=value, old=old),)
    events = (Corrected(last.key, old, value),)
    if not course.applies(question, session.answers):
        return moves.go_on(survey, session, events, said)
    return Turn(session, events, wording.put(survey, session, question, waiting.misses, said))


def _grant(survey: Survey, session: Session, waiting: Waiting, wish: Wish, given: Keyed | Typed | Spoken) -> Turn:
    """A wish about the conversation itself, which is never a miss."""
    question = survey.question(waiting.question)
    match wish:
        case Wish.STOP:
            return moves.end(survey, session, Cause.OPTED_OUT, (OptedOut(),))
        case Wish.SKIP:
            session = moves.keep(session, question.key, Missing(Gap.SKIPPED, raw(given), confidence(given)))
            skipped = (wording.phrase(survey, session, "skipped"),)
            return moves.go_on(survey, session, (LeftOpen(question.key, Gap.SKIPPED),), skipped)
        case Wish.BACK if last := course.last_rated(survey, session):
            return moves.withdraw(survey, session, last)
        case Wish.BACK | Wish.CORRECT:
            said: tuple[str, ...] = (wording.phrase(survey, session, "nothing_to_correct"),)
        case Wish.HELP:
            said = (wording.phrase(survey, session, f"help_{session.medium}"),)
        case Wish.START:
            said = (wording.phrase(survey, session, "opted_in"),)
        case Wish.REPEAT:
            said = ()
            session = replace(session, state=replace(waiting, starred=isinstance(given, Keyed)))
    events = (OptedIn(),) if wish is Wish.START else ()
    reply = wording.put(survey, session, question, 0, said)
    return Turn(session, events, replace(reply, attempt=waiting.misses))


def _behind_the_end(survey: Survey, session: Session, over: Over, awaited: Waiting | Confirming, given: Input) -> Turn:
    """An input where the survey is over and a consent alone is awaited: it is taken as within a survey that goes on.

    What has ended so stays ended, unless a question that counts is asked again or another outcome comes of it.
    """
    turn = step(survey, replace(session, state=awaited), given)
    match turn.session.state:
        case Over(outcome=over.outcome):
            return replace(turn, events=tuple(event for event in turn.events if not isinstance(event, Ended)))
        case Waiting(question=awaited.question) as still:
            return replace(turn, session=replace(turn.session, state=replace(over, pending=still)))
        case _:
            return replace(turn, events=(Reopened(), *turn.events))


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
    if taken_back := _take_permission_back(survey, session, given):
        return taken_back
    open_still = over.pending is not None and course.still_asked(survey, session)
    question = survey.question(over.pending.question) if over.pending and open_still else survey.questions[-1]
    match read(question, given, survey.languages[session.language]):
        case Understood(value=value, remark=remark) if isinstance(over.pending, Waiting) and open_still:
            turn = moves.answer(survey, session, over.pending, value, remark, given)
            return replace(turn, events=(Reopened(), *turn.events))
        case Command(wish=Wish.STOP):
            return Turn(session, (OptedOut(),), Reply((wording.phrase(survey, session, "opted_out"),), None))
        case Command(wish=Wish.START):
            return Turn(session, (OptedIn(),), Reply((wording.phrase(survey, session, "opted_in"),), None))
        case Command(wish=Wish.CORRECT, value=int(value)) if (
            last := course.last_rated(survey, session)
        ) and value in last.scale:
            old, session = moves.replaced(session, last, value, given)
            said = wording.phrase(survey, session, "corrected", value=value, old=old)
            return Turn(session, (Corrected(last.key, old, value),), Reply((said,), None))
        case _ if over.cause is Cause.EXPIRED and open_still:
            asked_once_more = wording.put(survey, session, question, 1)
            return replace(nothing, reply=replace(asked_once_more, awaits=None))
        case _ if over.cause is Cause.EXPIRED:
            return replace(nothing, reply=Reply((wording.phrase(survey, session, "already_over"),), None))
        case _:
            return nothing


def _take_permission_back(survey: Survey, session: Session, given: Keyed | Typed | Spoken) -> Turn | None:
    """A no after a yes: whoever may be called back can say at any time that they would rather not be."""
    callback = survey.callback
    if callback is None or not isinstance(before := session.answers.get(callback.key), Permission):
        return None
    if not before.granted or read(callback, given, survey.languages[session.language]) != Understood(False):
        return None
    session, event, said = moves.permit(survey, session, callback, granted=False, given=given, late=True)
    return Turn(session, (event,), Reply(said, None))
