"""The table of exports that are made by themselves."""

from sqlalchemy import Column, String, Table, Text

from storage.models.moments import Moment, metadata

exports = Table(
    "exports",
    metadata,
    Column("name", String, primary_key=True),
    Column("period", String, primary_key=True),
    Column("worker", String, nullable=False),
    Column("claimed_at", Moment, nullable=False),
    Column("written_at", Moment),
    Column("trouble", Text),
    comment="One row per export and period that a worker has taken on; written once, and tried again where it failed.",
)
