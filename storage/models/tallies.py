"""The table of what has been counted already, so that nobody has to count it again."""

from sqlalchemy import Column, String, Table, Text

from storage.models.moments import metadata

tallies = Table(
    "tallies",
    metadata,
    Column("source", String, primary_key=True),
    Column("upto", String, nullable=False),
    Column("counts", Text, nullable=False),
    comment="How many rows of each kind a table held up to a place in it behind which nothing changes any more.",
)
