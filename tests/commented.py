"""Comments on the pages of verbatims: said, found on a page, and corrected by its buttons."""

import re
from typing import Any

from flask.testing import FlaskClient

from bot.app import Parts
from tests.staffed import token
from tests.tallied import Surveyed, survey

WAITED = "veel te lang gewacht en de medewerker was onvriendelijk, bel me op 06 12345678"
XSS = '<img src=x onerror="document.title=1"> ‮lang gewacht‬ 🙂'


def say(parts: Parts, *texts: str, nps: int = 2, ces: int = 5, **more: Any) -> list[str]:
    """Somebody has said each of these, one after the other; gives how the verbatims are named."""
    with parts.database.write() as connection:
        ids = [
            survey(connection, Surveyed({"nps": nps, "ces": ces, "why": text}, **{"seconds": place, **more}))
            for place, text in enumerate(texts, start=60)
        ]
    parts.verbatims.tag_due()
    return [f"{id}.why" for id in ids]


def tags(parts: Parts, id: str) -> dict[str, tuple[str, str | None]]:
    """The themes that count, with how they are felt about and who decided that."""
    return {tag.theme: (str(tag.sentiment), tag.by) for tag in parts.verbatims.show(id).tags}


def listed(client: FlaskClient, query: str = "") -> list[str]:
    """The verbatims on the page at that address."""
    return re.findall(r'<article[^>]+data-id="([^"]+)"', client.get(f"/verbatims{query}").text)


def correct(client: FlaskClient, id: str, do: str, page: str | None = None, **more: str) -> Any:
    """Presses a button on a page that was opened before, or now."""
    page = page or client.get(f"/verbatims/{id}").text
    form = {**_form(page, do), "back": "/verbatims?channel=sms", **more}
    return client.post(f"/verbatims/{id}/tags", data=form)


def correct_as_data(client: FlaskClient, id: str, do: str, page: str) -> tuple[int, dict[str, Any]]:
    """The same as the script asks it: the status, and what is told."""
    response = client.post(f"/verbatims/{id}/tags", data=_form(page, do), headers={"Accept": "application/json"})
    return response.status_code, dict(response.get_json())


def _form(page: str, do: str) -> dict[str, str]:
    seen = re.search(r'name="seen" value="([^"]+)"', page)
    assert seen
    return {"csrf_token": token(page), "seen": seen[1], "do": do}
