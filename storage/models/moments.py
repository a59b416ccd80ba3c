"""What every table is made with: how moments are kept, and how constraints are named."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import TIMESTAMP, Dialect, MetaData, String
from sqlalchemy.types import TypeDecorator, TypeEngine


class Moment(TypeDecorator[datetime]):
    """A moment in UTC: `timestamptz` on PostgreSQL, on SQLite text that sorts and that its date functions read."""

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(TIMESTAMP(timezone=True) if dialect.name == "postgresql" else String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | str | None:
        return None if value is None else written(value, dialect.name)

    def process_result_value(self, value: datetime | str | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else read(value)


def written(moment: datetime, kind: str) -> datetime | str:
    """The moment as that kind of database takes it, on SQLite like `2026-01-02T03:04:05.678901Z`.

    Raises ValueError for a time without its zone.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without its zone cannot be kept: use an aware datetime")
    utc = moment.astimezone(UTC)
    return utc if kind == "postgresql" else f"{utc.replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def read(value: datetime | str) -> datetime:
    """The moment that was written, in UTC."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value.astimezone(UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)
