"""Open hours: weekdays, holidays, the nights when the clock is changed, and people of whom the zone is not known."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.calendars import Holidays, read_hours, read_week
from bot.sections import Eligibility
from flows.hours import Hours, Window

AMSTERDAM, MADRID, CANARY = map(ZoneInfo, ("Europe/Amsterdam", "Europe/Madrid", "Atlantic/Canary"))
NEW_YORK, HONOLULU = map(ZoneInfo, ("America/New_York", "Pacific/Honolulu"))
UTC = ZoneInfo("UTC")
EVERY_DAY = "mon-sun"
NEVER = timedelta(days=30)

DUTCH = Eligibility().open_hours("NL")
BELGIAN = Eligibility().open_hours("BE")


def hours(zones: tuple[ZoneInfo, ...] = (AMSTERDAM,), days_off: tuple[date, ...] = (), **week: str) -> Hours:
    """Hours by their days; `every_day` stands for the whole week."""
    return Hours(
        read_week({{"every_day": EVERY_DAY}.get(day, day): span for day, span in week.items()}), zones, days_off
    )


def at(text: str, zone: ZoneInfo = AMSTERDAM) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


OPENINGS = [
    ("a Wednesday at noon is open", DUTCH, "2026-03-04 12:00", "2026-03-04 12:00"),
    ("a Wednesday morning opens at nine", DUTCH, "2026-03-04 08:59", "2026-03-04 09:00"),
    ("nine sharp is open", DUTCH, "2026-03-04 09:00", "2026-03-04 09:00"),
    ("eight in the evening is closed until the next morning", DUTCH, "2026-03-04 20:00", "2026-03-05 09:00"),
    ("the last moment before eight is open", DUTCH, "2026-03-04 19:59:59.999999", "2026-03-04 19:59:59.999999"),
    ("a Friday evening waits for Saturday at ten", DUTCH, "2026-03-06 20:30", "2026-03-07 10:00"),
    ("a Saturday evening waits for Monday", DUTCH, "2026-03-07 18:00", "2026-03-09 09:00"),
    ("a Sunday is closed all day", DUTCH, "2026-03-08 12:00", "2026-03-09 09:00"),
    ("King's Day is on the 27th of April", DUTCH, "2026-04-27 12:00", "2026-04-28 09:00"),
    ("King's Day is kept on the 26th where the 27th is a Sunday", DUTCH, "2025-04-26 12:00", "2025-04-28 09:00"),
    ("Easter Monday is closed, and the Sunday before it", DUTCH, "2026-04-04 16:00", "2026-04-07 09:00"),
    ("King's Day is nothing to Belgians", BELGIAN, "2026-04-27 12:00", "2026-04-27 12:00"),
    ("the Belgian national day is on the 21st of July", BELGIAN, "2026-07-21 12:00", "2026-07-22 09:00"),
    ("the Belgian national day is nothing to the Dutch", DUTCH, "2026-07-21 12:00", "2026-07-21 12:00"),
    ("New Year's Eve waits for the day after New Year", DUTCH, "2026-12-31 21:00", "2027-01-02 10:00"),
    ("on the day summer time begins nine comes an hour sooner", DUTCH, "2026-03-28 17:00", "2026-03-30 09:00+02:00"),
    ("after summer time nine comes an hour later", DUTCH, "2026-10-24 17:00", "2026-10-26 09:00+01:00"),
    ("a morning and an afternoon leave lunch alone", hours(wed="09:00-12:00, 13:00-17:00"),
     "2026-03-04 12:30", "2026-03-04 13:00"),
    ("a window may reach to midnight, and the next from it", hours(mon="20:00-24:00", tue="00:00-01:00"),
     "2026-03-02 23:59:59", "2026-03-02 23:59:59"),
    ("midnight itself belongs to the day that begins", hours(mon="20:00-24:00", tue="00:00-01:00"),
     "2026-03-03 00:00", "2026-03-03 00:00"),
    ("without a window after it midnight is closed", hours(mon="20:00-24:00"), "2026-03-03 00:00", "2026-03-09 20:00"),
    ("an hour the clock leaves out opens when it goes on", hours(every_day="02:30-05:00"),
     "2026-03-29 00:00", "2026-03-29T01:30Z"),
    ("a window within the hour the clock leaves out does not open", hours(every_day="02:10-02:50"),
     "2026-03-29 00:00", "2026-03-30 02:10"),
    ("what opens in the hour shown twice opens at the second", hours(every_day="02:30-05:00"),
     "2026-10-25 00:00", "2026-10-25T01:30Z"),
    ("what closes in the hour shown twice closes at the first", hours(every_day="01:00-02:30"),
     "2026-10-25T00:30Z", "2026-10-26T00:00Z"),
    ("of two zones both have to be awake", hours((MADRID, CANARY), wed="09:00-20:00"),
     "2026-03-04 09:30+01:00", "2026-03-04 10:00+01:00"),
    ("and neither may be asleep already", hours((MADRID, CANARY), wed="09:00-20:00", thu="09:00-20:00"),
     "2026-03-04 20:00+01:00", "2026-03-05 10:00+01:00"),
    ("zones far apart share an afternoon", hours((NEW_YORK, HONOLULU), wed="09:00-20:00"),
     "2026-03-04 09:00-05:00", "2026-03-04 09:00-10:00"),
]  # fmt: skip


@pytest.mark.parametrize(("opening", "then"), [(row[1:3], row[3]) for row in OPENINGS], ids=[r[0] for r in OPENINGS])
def test_hours_open_when_people_may_be_disturbed(opening: tuple[Hours, str], then: str) -> None:
    """The next open moment, as each row tells it."""
    open_hours, asked = opening
    found = open_hours.next_open(at(asked), at(asked) + NEVER)
    assert found == at(then)
    assert found is not None
    assert found.tzinfo is not None
    assert open_hours.is_open(found)
    assert open_hours.is_open(at(asked)) == (at(asked) == at(then))


def test_the_last_moment_asked_for_is_included() -> None:
    """A window that opens exactly then is found, one that opens a moment later is not."""
    evening, morning = at("2026-03-04 21:00"), at("2026-03-05 09:00")
    assert DUTCH.next_open(evening, morning) == morning
    assert DUTCH.next_open(evening, morning - timedelta(microseconds=1)) is None


def test_the_last_open_moment_is_the_end_itself_or_just_before_closing() -> None:
    """A minute before the doors close, on the last day on which they were open at all."""
    assert DUTCH.last_open(at("2026-01-05 08:00"), at("2026-01-05 11:30")) == at("2026-01-05 11:30")
    assert DUTCH.last_open(at("2026-01-05 08:00"), at("2026-01-06 03:00")) == at("2026-01-05 19:59")
    assert DUTCH.last_open(at("2026-01-05 20:00"), at("2026-01-06 03:00")) is None


def test_zones_that_share_no_hour_never_open() -> None:
    """Nobody is disturbed rather than somebody at night."""
    antipodes = hours((ZoneInfo("Pacific/Auckland"), ZoneInfo("Europe/Madrid")), every_day="09:00-18:00")
    assert antipodes.next_open(at("2026-01-05 00:00"), at("2026-01-05 00:00") + NEVER) is None


def test_hours_without_a_zone_never_open() -> None:
    """Of whom nothing is known nobody knows the time of day."""
    assert not hours((), every_day="00:00-24:00").is_open(at("2026-03-04 12:00"))


def test_a_number_narrows_the_zones() -> None:
    """Who is known to be on the mainland need not wait for the islands; a zone we do not know changes nothing."""
    spain = hours((MADRID, CANARY), every_day="09:00-20:00")
    assert spain.within({"Europe/Madrid"}).is_open(at("2026-03-04 09:30+01:00"))
    assert spain.within({"Europe/Paris"}) == spain
    assert spain.within(()) == spain


@pytest.mark.parametrize(("opens", "closes"), [(600, 600), (600, 500), (-1, 5), (0, 1441)])
def test_a_window_keeps_to_its_day(opens: int, closes: int) -> None:
    """An empty window, and one over midnight, cannot be built."""
    with pytest.raises(ValueError, match="same day"):
        Window(opens, closes)


BROKEN_WEEKS = [
    ({"monday": "09:00-17:00"}, "write a day or days as in mon"),
    ({"fri-mon": "09:00-17:00"}, "write a day or days as in mon"),
    ({"mon-fri": "09:00-17:00", "wed": "09:00-12:00"}, "wed is named twice"),
    ({"mon": "9-17"}, "write it as in 09:00-20:00"),
    ({"mon": "09:61-17:00"}, "60 minutes"),
    ({"mon": "22:00-02:00"}, "same day"),
]


@pytest.mark.parametrize(("week", "told"), BROKEN_WEEKS, ids=[told for _, told in BROKEN_WEEKS])
def test_hours_that_cannot_be_read_say_how_to_write_them(week: Mapping[str, str], told: str) -> None:
    """Each mistake is named with its place."""
    with pytest.raises(ValueError, match=told):
        read_week(week)


BROKEN_COUNTRIES = [
    ({"countries": {"XX": {}}}, "there is no country XX"),
    ({"countries": {"NL": {"zones": ["Europe/Rotterdam"]}}}, "no time zone 'Europe/Rotterdam'"),
    ({"countries": {"DE": {"subdivisions": ["XY"]}}}, "no part 'XY'; known: BB"),
    ({"countries": {"US": {"hours": {"mon-sat": "09:00-17:00"}}}}, "name those where your customers live"),
    ({"countries": {"NL": {"hours": {}}}}, "no hour that is open"),
    ({"channels": ["sms", "sms"]}, "each can be named once"),
    ({"delay_minutes": 60, "oldest_hours": 1}, "nobody would be invited"),
]


@pytest.mark.parametrize(("plain", "told"), BROKEN_COUNTRIES, ids=[told for _, told in BROKEN_COUNTRIES])
def test_rules_that_would_invite_nobody_are_refused(plain: Mapping[str, object], told: str) -> None:
    """What could only be a mistake is told when the settings are read."""
    with pytest.raises(ValueError, match=told):
        Eligibility.model_validate(plain)


def test_a_country_may_have_rules_of_its_own() -> None:
    """Its own hours, its own zones, the holidays of its parts, or none at all."""
    assert Eligibility.model_validate({"countries": {"US": {"zones": ["America/New_York"]}}}).open_hours("US").zones
    bavaria = Eligibility.model_validate({"countries": {"DE": {"subdivisions": ["BY", "HB"]}}}).open_hours("DE")
    # Epiphany is kept in Bavaria, Reformation Day in Bremen; whoever is in either is left alone on both.
    assert date(2026, 1, 6) in bavaria.holidays
    assert date(2026, 10, 31) in bavaria.holidays
    assert date(2026, 1, 6) not in Holidays("DE")
    busy = read_hours("NL", {"sun": "10:00-12:00"}, (), (), heed_holidays=False)
    assert busy.is_open(at("2026-04-05 11:00"))


ZONES = [(AMSTERDAM,), (MADRID, CANARY), (NEW_YORK, HONOLULU), (ZoneInfo("Australia/Lord_Howe"),)]
SPANS = st.tuples(st.integers(0, 1439), st.integers(1, 1440)).filter(lambda span: span[0] < span[1])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(zones=st.sampled_from(ZONES), span=SPANS, moment=MOMENTS, days=st.integers(0, 9))
def test_nobody_is_disturbed_outside_the_hours_on_their_clock(
    zones: tuple[ZoneInfo, ...], span: tuple[int, int], moment: datetime, days: int
) -> None:
    """Whatever is found lies in the time asked for, and in the window on every clock of the place, at any change."""
    off = (date(2026, 5, 5), date(2027, 3, 28))
    open_hours = Hours(tuple((Window(*span),) if day != 6 else () for day in range(7)), zones, off)
    last = moment + timedelta(days=days)
    found = open_hours.next_open(moment, last)
    if found is not None:
        assert moment <= found <= last
        assert open_hours.next_open(found, found) == found
        for zone in zones:
            shown = found.astimezone(zone)
            assert span[0] * 60 <= shown.hour * 3600 + shown.minute * 60 + shown.second < span[1] * 60
            assert shown.weekday() != 6
            assert shown.date() not in off
    else:
        # Nothing open was passed over: no quarter of an hour in between is open either.
        steps = range(0, int((last - moment).total_seconds()), 900)
        assert not any(open_hours.is_open(moment + timedelta(seconds=step)) for step in steps)


@given(zones=st.sampled_from(ZONES), span=SPANS, moment=MOMENTS)
def test_no_open_moment_is_passed_over(zones: tuple[ZoneInfo, ...], span: tuple[int, int], moment: datetime) -> None:
    """Between the moment asked about and the one found everything is closed."""
    open_hours = Hours(tuple((Window(*span),) for _ in range(7)), zones)
    found = open_hours.next_open(moment, moment + timedelta(days=3))
    until = found or moment + timedelta(days=3)
    between = (moment + (until - moment) * share / 97 for share in range(97))
    assert not any(open_hours.is_open(each) for each in between if each < until)
