"""What narrows comments means the same on the page, in exports, by API, command line and schedule."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from threading import Event
from urllib.parse import parse_qsl, urlencode

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bot import app
from bot.accounts import Role
from bot.app import Parts, assemble, source_of
from bot.cli import cli
from bot.reporting.exports import What, export
from bot.schedule import Schedule
from bot.sections import ScheduledExport
from flows.filters import Filter, FilterError, query
from flows.measures import PUBLISHED
from flows.narrowing import VALUES, Coding, Narrowing, read, read_with_filter, written
from nlp.tags import Sentiment
from storage import listed
from storage.database import Connection
from storage.verbatims import Place
from tests.commented import listed as listed_on
from tests.staffed import client_of, staffed, token
from tests.tallied import NOON, Surveyed, answer, decide, survey, tag

DAY = NOON.date()

NARROWINGS = st.builds(
    lambda scores, **told: Narrowing(*scores, **told),
    scores=st.tuples(st.integers(0, 10), st.integers(0, 10)).map(sorted)
    | st.tuples(st.none() | st.integers(0, 10), st.none()),
    band=st.none() | st.sampled_from(VALUES["band"]),
    effort=st.none() | st.sampled_from(VALUES["effort"]),
    sentiment=st.none() | st.sampled_from(VALUES["sentiment"]),
    coding=st.none() | st.sampled_from(Coding),
)
FILTERS = st.builds(
    Filter,
    queue=st.sets(st.sampled_from(["billing", "-"])).map(lambda some: tuple(sorted(some))),
    theme=st.sets(st.sampled_from(["waiting_time", "friendliness"])).map(lambda some: tuple(sorted(some))),
).map(lambda wanted: wanted.between(DAY, DAY))


@given(NARROWINGS, FILTERS)
def test_it_comes_back_from_its_url(narrowing: Narrowing, wanted: Filter) -> None:
    """Beside the filter, whatever else the URL holds."""
    pairs = parse_qsl(f"{query(wanted)}&{urlencode(written(narrowing))}&cursor=x")
    assert read_with_filter(pairs) == (wanted, narrowing)


def test_it_knows_the_feelings_that_tagging_has() -> None:
    """And no others."""
    assert VALUES["sentiment"] == tuple(Sentiment)


def test_it_means_numbers_of_each_measure() -> None:
    """A detractor gives 0 to 6; low effort lies at the end of a scale that its direction says."""
    (numbers,) = Narrowing(score_from=5, band="detractor").numbers
    assert numbers == {"nps": {5, 6}}
    (low,) = Narrowing(effort="low").numbers
    assert low == {"ces_effort": {1, 2}, "ces_ease": {4, 5}, "ces_agreement": {5, 6, 7}}
    assert low.keys() == PUBLISHED.keys() - {"nps"}
    (middle,) = Narrowing(effort="middle").numbers
    assert middle == {"ces_effort": {3}, "ces_ease": {3}, "ces_agreement": {4}}


@pytest.mark.parametrize(
    ("pairs", "fields"),
    [
        ([("band", "promotor"), ("coding", "nobody"), ("score_from", "11")], ["score_from", "band", "coding"]),
        ([("score_from", "7.5"), ("score_to", "-1")], ["score_from", "score_to"]),
        ([("score_from", "9"), ("score_to", "3")], ["score_to"]),
        ([("sentiment", "negative"), ("sentiment", "mixed")], ["sentiment"]),
        ([("from", "yesterday"), ("effort", "much")], ["from", "effort"]),
    ],
)
def test_every_fault_is_told_with_what_to_do(pairs: list[tuple[str, str]], fields: list[str]) -> None:
    """All at once, those of the filter first."""
    with pytest.raises(FilterError) as told:
        read_with_filter(pairs)
    assert [fault.field for fault in told.value.faults] == fields
    assert all(fault.problem and fault.remedy for fault in told.value.faults)
    assert read([("band", " "), ("band", "promoter"), ("band", "promoter")]) == Narrowing(band="promoter")


@pytest.fixture
def parts(database_url: str, tmp_path: Path) -> Iterator[Parts]:
    """Comments of every kind: found by machine or by people, taken back, one or two in a survey, or none."""
    with staffed(database_url, tmp_path, lambda: NOON + timedelta(days=1)) as staffed_parts:
        with staffed_parts.database.write() as connection:
            taken_back = [_said(connection, number) for number in range(12)][2]
            survey(connection, Surveyed({"nps": 3, "ces": 5}, queue="billing"))
        assert staffed_parts.verbatims.take_back(f"{taken_back}.why", "a", NOON)
        yield staffed_parts


def _said(connection: Connection, number: int) -> str:
    numbers = {"nps": (0, 6, 7, 9, 10)[number % 5], "ces": 1 + number % 5}
    about = Surveyed({**numbers, "why": f"comment {number}"}, queue="billing" if number % 2 else None)
    session = survey(connection, about)
    if number % 3 == 0:
        answer(connection, session, "more", f"more of {number}", about)
        tag(connection, session, {"friendliness": "positive"}, "more")
    if number % 4:
        tag(connection, session, {"waiting_time": VALUES["sentiment"][number % 4]})
    if number % 5 == 1:
        decide(connection, session, "waiting_time", present=number > 1)
    if number % 5 == 2:
        decide(connection, session, "friendliness", present=True, sentiment="mixed")
    return session


def exported(parts: Parts, what: What, meant: tuple[Filter, Narrowing], *columns: str) -> list[list[str | None]]:
    """These columns of an export."""
    table = export(source_of(parts), parts.keys, what, *meant).table()
    places = [[each.name for each in table.columns].index(column) for column in columns]
    return [[None if row[place] is None else str(row[place]) for place in places] for row in table.rows]


def test_the_page_and_both_exports_have_the_same_rows(parts: Parts) -> None:
    """Whatever is asked for: the comments on the page are those exported, and their surveys those of the answers."""
    source = source_of(parts)

    @settings(max_examples=40)
    @given(NARROWINGS, FILTERS)
    def law(narrowing: Narrowing, wanted: Filter) -> None:
        meant = source.narrowed(wanted), narrowing, source.zone
        with parts.database.read() as connection:
            on_page = [each.key for each in listed.newest(connection, *meant, 100)]
            assert listed.oldest(connection, *meant, 100, Place()) == on_page[::-1]
        taken = exported(parts, What.VERBATIMS, (wanted, narrowing), "session", "question")
        assert {(session, question) for session, question in taken} == set(on_page)
        surveys = exported(parts, What.ANSWERS, (wanted, narrowing), "session", "verbatim")
        assert {session for session, words in surveys if words} == {session for session, _ in on_page}
        if narrowing.tells_comments_apart:
            assert all(words for _, words in surveys)

    law()


@pytest.mark.parametrize(
    "asked",
    [
        "queue=billing&score_from=6&score_to=9",
        "effort=low&coding=person",
        "theme=waiting_time&sentiment=mixed&coding=machine",
    ],
)
def test_every_way_out_gives_what_the_page_shows(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    """The page of exports, the API page by page and as a file, the schedule, and the command line."""
    client = client_of(parts)
    on_page = set(listed_on(client, f"?{asked}"))
    assert on_page

    page = client.get(f"/verbatims?{asked}").text
    link = re.search(r'class="filter-export"><a href="([^"]+)"', page)
    assert link
    form = client.get(unescape(link[1]))
    assert re.search(r'value="verbatims" checked', form.text)
    action = re.search(r'method="post" action="(/exports[^"]+)"', form.text)
    assert action
    given = {"csrf_token": token(form), "what": "verbatims", "format": "jsonl"}
    assert ids(client.post(unescape(action[1]), data=given).text) == on_page

    header = {"Authorization": f"Bearer {parts.accounts.add_key('analyst', Role.ANALYST)}"}
    assert ids(client.get(f"/api/v1/exports/verbatims?format=jsonl&{asked}", headers=header).text) == on_page
    paged = client.get(f"/api/v1/verbatims?{asked}", headers=header).get_json()["verbatims"]
    assert {each["id"] for each in paged} == on_page
    surveys = client.get(f"/api/v1/answers?{asked}", headers=header).get_json()["surveys"]
    assert {each["session"] for each in surveys if any(it["verbatim"] for it in each["answers"])} == {
        id.partition(".")[0] for id in on_page
    }

    only = dict(parse_qsl(asked))
    wanted = ScheduledExport(name="it", what="verbatims", format="jsonl", folder=Path("out"), only=only)
    Schedule(source_of(parts), parts.keys, [wanted], tmp_path, "one", lambda: NOON + timedelta(days=1), Event()).tick()
    (file,) = (tmp_path / "out").glob("*.jsonl")
    assert ids(file.read_text(encoding="utf-8")) == on_page

    monkeypatch.setattr(app, "ready", lambda: assemble(parts.settings))
    options = [word for name, value in parse_qsl(asked) for word in (f"--{name.replace('_', '-')}", value)]
    done = CliRunner().invoke(cli, ["export", "verbatims", "--format", "jsonl", *options], catch_exceptions=False)
    assert ids(done.stdout) == on_page


def ids(lines: str) -> set[str]:
    return {json.loads(line)["id"] for line in lines.splitlines()}


def test_a_bad_value_is_told_everywhere(parts: Parts) -> None:
    """With what to do; nothing is exported."""
    client = client_of(parts)
    header = {"Authorization": f"Bearer {parts.accounts.add_key('analyst', Role.ANALYST)}"}
    form = client.get("/exports?band=x")
    assert (form.status_code, "give promoter, passive or detractor" in form.text) == (422, True)
    given = {"csrf_token": token(form), "what": "verbatims", "format": "csv"}
    assert client.post("/exports?band=x", data=given).status_code == 422
    for address in ("exports/verbatims", "verbatims", "answers"):
        for asked, field in {"band=x": "band", "score_from=9&score_to=2": "score_to"}.items():
            refused = client.get(f"/api/v1/{address}?{asked}", headers=header)
            assert (refused.status_code, refused.get_json()["errors"][0]["parameter"]) == (422, field)
    done = CliRunner().invoke(cli, ["export", "answers", "--score-from", "11"])
    assert (done.exit_code, "--score-from" in done.output, "from 0 to 10" in done.output) == (2, True, True)
    with pytest.raises(ValidationError, match="there is no such value; give promoter"):
        ScheduledExport(name="it", what="verbatims", only={"band": ("promotor",)})
