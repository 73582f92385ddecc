"""Pieces of work for the tests of engines; workers of a cluster import them from here."""

import os
import time
from pathlib import Path

from core.errors import BadFileError
from core.jobs.engine import is_given_up, tell


def square(offset, number):
    return os.getpid(), offset + number * number


def refuse(_, number):
    if number == 3:
        raise BadFileError(f"{number}.png", "it has no pixels")
    return number


def slowly(seconds, number):
    time.sleep(seconds)
    return number


def die_once(folder, number):
    """The worker that does number 5 first is killed in the middle of it."""
    mark = Path(folder) / "died"
    if number == 5 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), 9)
    return number


def die(_, number):
    os.kill(os.getpid(), 9)


def count(_, number):
    for step in range(number):
        tell({"step": step})
    return number


def until_given_up(folder, number):
    tell("begun")
    end = time.monotonic() + 60
    while not is_given_up() and time.monotonic() < end:
        time.sleep(0.02)
    (Path(folder) / f"{number}").write_text(f"{time.monotonic() < end}")
