"""Which roles may see a page, or use an endpoint of the API."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import Flask

from bot.accounts import USER_ROLES, Role

View = TypeVar("View", bound=Callable[..., Any])

EVERYBODY = USER_ROLES
"""Whoever signs in."""

READERS = (Role.ANALYST, Role.ADMIN)
"""Who reads answers and figures."""

DESK = (Role.STAFF, Role.ADMIN)
"""Who deals with customers: reports their contacts, calls them back and notes their opt-outs."""

REPORTERS = (Role.TRIGGER, Role.ADMIN)
"""Which keys report contacts and opt-outs."""


def allowed(*roles: Role) -> Callable[[View], View]:
    """Says which roles may see or use it; without it nobody may."""

    def mark(view: View) -> View:
        view.roles = roles  # type: ignore[attr-defined]
        return view

    return mark


def open_to_all(view: View) -> View:
    """Says that it is seen without signing in."""
    view.roles = None  # type: ignore[attr-defined]
    return view


def roles_of(app: Flask, endpoint: str | None) -> tuple[Role, ...] | None:
    """Who may see or use what is there; None for all without signing in."""
    return cast("tuple[Role, ...] | None", getattr(app.view_functions[endpoint or ""], "roles", ()))
