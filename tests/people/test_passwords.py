"""Passwords are kept as hashes, and guessing is slowed down."""

import pytest

from core.errors import AppError
from core.people import passwords
from core.people.passwords import Attempts, hash_password, is_password


def test_a_password_is_kept_as_a_salted_hash():
    first, second = hash_password("four plain words here"), hash_password("four plain words here")
    assert first != second
    assert "plain" not in first
    assert first.startswith("$argon2id$")
    assert is_password("four plain words here", first)
    assert not is_password("four plain words", first)
    assert not is_password("", first)


def test_nobody_s_password_is_never_right():
    assert not is_password("four plain words here", None)
    assert not is_password("four plain words here", "damaged")


def test_a_short_password_is_refused():
    with pytest.raises(AppError, match="at least 10 characters"):
        hash_password("short")


def test_each_wrong_password_after_five_waits_longer(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(passwords.time, "monotonic", lambda: now[0])
    attempts = Attempts()
    for _ in range(5):
        assert attempts.seconds_to_wait("kim") == 0
        attempts.failed("kim")
    assert attempts.seconds_to_wait("kim") == 1
    attempts.failed("kim")
    assert attempts.seconds_to_wait("kim") == 2
    now[0] += 2
    assert attempts.seconds_to_wait("kim") == 0
    for _ in range(20):
        attempts.failed("kim")
    assert attempts.seconds_to_wait("kim") == passwords.LONGEST_WAIT
    assert attempts.seconds_to_wait("lee") == 0
    attempts.succeeded("kim")
    assert attempts.seconds_to_wait("kim") == 0
