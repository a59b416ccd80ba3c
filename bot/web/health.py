"""What those who run the product see of it: whether it is up, whether it can work, and its numbers."""

from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv6Address, ip_address, ip_network

from flask import Blueprint, Response, jsonify, request

from bot.accounts import Accounts, Role
from bot.metrics import CONTENT_TYPE, exposition
from bot.readiness import Readiness
from bot.settings import CarrierName, Settings
from storage.database import Database, UnavailableError

THIS_MACHINE = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

VIA_PROXY = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")
"""What a proxy adds to a request that comes from somewhere else than it seems."""


def health(
    settings: Settings, database: Database, accounts: Accounts, readiness: Readiness, now: Callable[[], datetime]
) -> Blueprint:
    """The endpoints. What they tell in detail is for addresses in `monitoring.open_to`, and keys of an admin."""
    routes = Blueprint("health", __name__)
    trusted = settings.monitoring.open_to
    if trusted is None:
        trusted = THIS_MACHINE if settings.carrier is CarrierName.SANDBOX else ()

    @routes.get("/healthz")
    def alive() -> Response:
        return Response("ok", mimetype="text/plain")

    @routes.get("/readyz")
    def ready() -> Response:
        checks = readiness.look(without=request.args.getlist("exclude"))
        in_detail = may_look()
        told = [
            {"name": check.name, "ok": check.ok, **({"detail": check.detail} if in_detail else {})} for check in checks
        ]
        is_ready = all(check.ok for check in checks if check.is_vital)
        response = jsonify(ready=is_ready, checks=told)
        response.status_code = 200 if is_ready else 503
        return response

    @routes.get("/metrics")
    def metrics() -> Response:
        if not may_look():
            refused = "a key of role admin is needed, as in `Authorization: Bearer ...`, or monitoring.open_to\n"
            return Response(refused, 401, {"WWW-Authenticate": "Bearer"}, mimetype="text/plain")
        try:
            return Response(exposition(database, now(), readiness.look()), content_type=CONTENT_TYPE)
        except UnavailableError:
            return Response("the database does not answer\n", 503, mimetype="text/plain")

    @routes.after_request
    def never_keep(response: Response) -> Response:
        response.headers["Cache-Control"] = "no-store"
        return response

    def may_look() -> bool:
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer" and key:
            try:
                known = accounts.use_key(key.strip())
            except UnavailableError:
                return False
            return known is not None and known.role == Role.ADMIN
        if any(header in request.headers for header in VIA_PROXY):
            return False
        if not request.remote_addr:
            return False
        address = ip_address(request.remote_addr)
        mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return any((mapped or address) in network for network in trusted)

    return routes
