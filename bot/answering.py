"""What is said on a call that we placed, once somebody or something answers it."""

from bot.addresses import Address
from bot.calls import answer_call
from bot.cases import read_case
from bot.conversations import About, Conversations, Render
from bot.news import News, read_news, take_news
from flows.dispatch import is_wanted
from flows.fates import Status
from flows.survey import Channel
from flows.turn import Reply
from storage import attempts, invitations
from storage.database import Connection


def answer_invited(
    conversations: Conversations, id: str, call: str, ours: str, answered_by: str | None, render: Render
) -> str | None:
    """The beginning of the survey for a person, or why there is none; None for a machine, to which nothing is said.

    id: of the attempt; answered_by: in the carrier's words. The same call asked again hears the same.
    """
    answered = read_news(Status.IN_PROGRESS, call, answered_by=answered_by) or News(Status.IN_PROGRESS, call)
    take_news(conversations, id, answered)
    with conversations.database.read() as connection:
        made = attempts.find(connection, id)
        mine = invitations.find(connection, made.invitation) if made else None
    if answered.status is Status.MACHINE or mine is None:
        return None
    if (said := conversations.replied(f"call:{call}")) is not None:
        return said
    survey, known = conversations.survey, read_case(conversations, {}, mine)
    language = mine.language if mine.language in survey.languages else conversations.default_language
    if mine.is_over or not is_wanted(known.case):
        over = survey.say(survey.languages[language].phrases["already_over"])
        return render(Reply((over,), None), language, "")

    def link(connection: Connection) -> None:
        attempts.link(connection, id, f"call:{call}")

    theirs = Address(Channel.CALL, known.address, mine.country)
    about = About(mine.reference, mine.agent, mine.queue, mine.touchpoint)
    return answer_call(conversations, call, theirs, ours, language, about, render, link)
