"""Sessions of people who gave a password: a signed text that their browser keeps as a cookie.

It holds the person's key alone. It is signed with a secret of the workspace and with the hash of the
password, so that it ends with a new password, with a removal, and by itself after a week.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from itsdangerous import BadSignature, URLSafeTimedSerializer

if TYPE_CHECKING:
    from core.workspace import PersonRow, Workspace

COOKIE = "mask_loop_session"
LIFETIME = 7 * 24 * 3600
"""Seconds."""
_SECRET = "session_secret"  # noqa: S105 - the name of a setting


def begin(workspace: Workspace, person: PersonRow) -> str:
    """What the browser of that person keeps."""
    return _signer(workspace, person).dumps(person.id)


def person_of(workspace: Workspace, token: str) -> PersonRow | None:
    """Whose session it is; None where it is made up, too old, or has ended."""
    _, claimed = URLSafeTimedSerializer("").loads_unsafe(token)
    if not isinstance(claimed, int):
        return None
    person = next((each for each in workspace.persons.list() if each.id == claimed), None)
    if person is None or person.removed_at is not None:
        return None
    try:
        _signer(workspace, person).loads(token, max_age=LIFETIME)
    except BadSignature:
        return None
    return person


def _signer(workspace: Workspace, person: PersonRow) -> URLSafeTimedSerializer:
    secret = workspace.settings.get(_SECRET)
    if secret is None:
        workspace.settings.set(_SECRET, secrets.token_hex(32))
        # Read again: of two servers that make one at the same time the later counts for both.
        secret = workspace.settings.get(_SECRET)
    return URLSafeTimedSerializer(secret, salt=workspace.persons.password_hash(person.id) or "")
