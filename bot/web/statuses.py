"""What the carrier tells of messages and calls of ours, and what it plays where one is answered."""

from flask import Blueprint, Response, abort, request

from bot import twiml
from bot.addresses import caller
from bot.answering import answer_invited
from bot.conversations import Conversations, Render
from bot.news import read_news, take_news
from bot.tickets import read_ticket
from bot.web.carrier_forms import is_over, required, xml

LONGEST_CODE = 6
"""Digits of the carrier's number for an error."""


def add_statuses(routes: Blueprint, conversations: Conversations, speak: Render) -> None:
    """Adds the endpoints that only what we sent ourselves leads to."""

    @routes.post("/voice/invitation/<ticket>")
    def invitation(ticket: str) -> Response:
        if (id := read_ticket(conversations.keys, ticket)) is None:
            abort(403)
        if is_over():
            return xml(twiml.hang_up())
        ours = caller(required("From")).person or ""
        answered_by = request.form.get("AnsweredBy")
        said = answer_invited(conversations, id, required("CallSid"), ours, answered_by, speak)
        return xml(said or twiml.hang_up())

    @routes.post("/messages/status")
    def message_status() -> Response:
        hear(conversations, request.form.get("MessageStatus", ""), request.form.get("MessageSid", ""))
        return Response(status=204)


def hear(conversations: Conversations, word: str, sid: str) -> None:
    """Takes a status that the carrier reports. What is none of our attempts, such as an answer, is nothing to us."""
    id = read_ticket(conversations.keys, request.args.get("attempt", ""))
    news = read_news(word, sid, _code(), request.form.get("AnsweredBy"))
    if id and news:
        take_news(conversations, id, news)


def _code() -> int | None:
    told = request.form.get("ErrorCode", "")
    # The carrier's numbers have five digits; what is longer is none of them, and too much for the database.
    return int(told) or None if told.isascii() and told.isdigit() and len(told) <= LONGEST_CODE else None
