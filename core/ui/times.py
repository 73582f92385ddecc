"""Times in words: how long ago, and how long something takes."""

from __future__ import annotations

from datetime import UTC, datetime

from core.ui import words


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago a moment was; after a day, the local date and time."""
    seconds = ((now or datetime.now(UTC)) - moment).total_seconds()
    if seconds < 60:
        return words.JUST_NOW
    if seconds < 3600:
        return words.MINUTES_AGO.format(count=int(seconds // 60))
    if seconds < 86400:
        return words.HOURS_AGO.format(count=int(seconds // 3600))
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def duration(seconds: float) -> str:
    """About how long: seconds below 90, then minutes, then hours."""
    if seconds < 90:
        return words.SECONDS.format(count=max(1, round(seconds)))
    if seconds < 5400:
        return words.MINUTES.format(count=round(seconds / 60))
    return words.HOURS.format(count=seconds / 3600)
