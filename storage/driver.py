"""SQL handed straight to the driver, for the one path on which the time of every statement counts."""

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError


def run(connection: Connection, sql: str, values: Mapping[str, Any]) -> Any:
    """The driver's cursor after a statement whose values are named as in `:name`.

    It belongs to the connection's transaction like any other and fails like any other, but nothing is converted: times
    are put in and taken out by `models.written` and `models.read`.
    """
    driver: Any = connection.connection.driver_connection
    dialect = connection.dialect
    try:
        return driver.execute(_for_psycopg(sql) if dialect.name == "postgresql" else sql, values)
    except dialect.loaded_dbapi.Error as error:
        if lost := dialect.is_disconnect(error, driver, None):
            connection.invalidate(error)
        raise DBAPIError.instance(
            sql,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=dialect,
        ) from error


@cache
def _for_psycopg(sql: str) -> str:
    return re.sub(r"(?<!:):(\w+)", r"%(\1)s", sql)
