"""Passwords: how they are kept, how they are checked, and how guessing is slowed down."""

from __future__ import annotations

import secrets
import threading
import time
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.errors import AppError

FEWEST_CHARACTERS = 10
FREE_ATTEMPTS = 5
LONGEST_WAIT = 300.0
"""Seconds between two attempts, once there were many wrong ones."""

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """The Argon2id hash to keep instead of a password (RFC 9106).

    Raises:
        AppError: It is too short to be of use.
    """
    if len(password) < FEWEST_CHARACTERS:
        raise AppError(
            "A password needs at least {fewest_characters} characters; take a few words.",
            fewest_characters=FEWEST_CHARACTERS,
        )
    return _hasher.hash(password)


def is_password(password: str, hashed: str | None) -> bool:
    """Whether it is the password of that hash; as slow where there is none, so that time tells no names."""
    try:
        return _hasher.verify(hashed or _of_nobody(), password) and hashed is not None
    except (VerificationError, InvalidHashError):
        return False


@cache
def _of_nobody() -> str:
    return _hasher.hash(secrets.token_urlsafe())


class Attempts:
    """Wrong passwords by name: after five each next attempt waits twice as long, at most five minutes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wrong: dict[str, tuple[int, float]] = {}

    def seconds_to_wait(self, key: str) -> float:
        """Seconds until the next attempt under that key counts, 0 for now."""
        with self._lock:
            wrong, last = self._wrong.get(key, (0, 0.0))
        if wrong < FREE_ATTEMPTS:
            return 0.0
        pause = min(2.0 ** (wrong - FREE_ATTEMPTS), LONGEST_WAIT)
        return max(last + pause - time.monotonic(), 0.0)

    def failed(self, key: str) -> None:
        """Count a wrong password."""
        with self._lock:
            self._wrong[key] = (self._wrong.get(key, (0, 0.0))[0] + 1, time.monotonic())

    def succeeded(self, key: str) -> None:
        """Forget the wrong ones."""
        with self._lock:
            self._wrong.pop(key, None)
