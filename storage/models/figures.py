"""The tables of what has been counted of surveys and contacts, day by day, and of what has changed since."""

from sqlalchemy import BigInteger, Boolean, Column, Date, Integer, String, Table

from storage.models.moments import Moment, metadata

slices = Table(
    "slices",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("of", String, nullable=False),
    Column("survey", String, nullable=False),
    Column("question", String, nullable=False),
    Column("instrument", String, nullable=False),
    Column("series", String, nullable=False),
    Column("channel", String, nullable=False),
    Column("language", String, nullable=False),
    Column("country", String, nullable=False),
    Column("queue", String, nullable=False),
    Column("touchpoint", String, nullable=False),
    Column("said", String, nullable=False),
    Column("mark", String, nullable=False),
    Column("late", Boolean, nullable=False),
    comment="What is counted together; id: of everything else in the row, so that it is the same in every process.",
)

figures = Table(
    "figures",
    metadata,
    Column("part", String, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("slice", BigInteger, primary_key=True, autoincrement=False),
    Column("value", Integer, primary_key=True, autoincrement=False),
    Column("n", Integer, nullable=False),
    sqlite_with_rowid=False,
    comment="How many there are of each slice and value on a day, as far as `changes` names nothing newer.",
)

changes = Table(
    "changes",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("part", String, nullable=False),
    Column("at", Moment, nullable=False),
    comment="A moment on a day that has to be counted anew; written by triggers, gone with the counting.",
)

rollups = Table(
    "rollups",
    metadata,
    Column("part", String, primary_key=True),
    Column("zone", String, nullable=False),
    comment="By which clock the days of each part are counted.",
)
