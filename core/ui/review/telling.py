"""Why an image stands where it stands in the queue, and what was said of its mask, in words with a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from core.errors import AppError
from core.ui.review import words
from core.ui.review.asked import chosen_order, chosen_seed
from core.ui.times import ago
from core.workflows.correct.classify_image import classifier_of
from core.workspace import ReviewItem, ReviewRow, Workspace
from core.workspace.reviews import ACCEPTED


def why_here(item: ReviewItem, foreground: float | None = None) -> str:
    """One line: what the order goes by; first that it is not the mask that somebody draws or brought.

    A mask without any object says so: it looks like a picture whose mask is not drawn yet.

    Args:
        foreground: Part of the mask that is seen, where it is known; else what the store says of it.
    """
    shown = item.guess if item.revision is None else item.revision
    if foreground is None and shown is not None:
        foreground = shown.foreground
    line = _place_in_order(item)
    return f"{words.EMPTY}. {line}" if foreground == 0 else line


def _place_in_order(item: ReviewItem) -> str:
    order, revision = chosen_order(), item.revision
    if revision is None and item.image.has_unsaved_changes:
        return words.UNSAVED
    if order == "unsure":
        guess = item.guess
        if guess is None:
            return words.NO_GUESS
        return words.UNSURE.format(guess=guess.guess, unsure=100 * guess.unsure)
    if order == "newest":
        if revision is None:
            return words.CAME_IN.format(when=ago(item.image.created_at))
        said = words.RESTORED_BY if revision.origin == "restored" else words.SAVED_BY
        return said.format(who=revision.who, when=ago(revision.created_at))
    place = words.PLACE.format(place=item.image.position + 1)
    if order == "random":
        place = words.RANDOM_PLACE.format(seed=chosen_seed())
    if revision is None:
        return f"{place}; {words.PREDICTED}"
    return f"{place}; {words.WITH_REVISION.format(number=revision.number, who=revision.who)}"


def expected(item: ReviewItem) -> str:
    """How good the prediction is thought to be; "" where nobody has guessed, or `why_here` says as much."""
    guess = item.guess
    if guess is None or (guess.low is None and chosen_order() == "unsure"):
        return ""
    said = words.EXPECTED if guess.low is None or guess.high is None else words.EXPECTED_BETWEEN
    return said.format(guess=guess.guess, low=guess.low, high=guess.high)


def verdict_line(item: ReviewItem, reviews: list[ReviewRow]) -> str:
    """What was said of the mask that counts, else of the one before; "" where nothing was.

    Args:
        reviews: All of its reviews, the newest first.
    """
    current = counting(reviews, None if item.revision is None else item.revision.id)
    # One on a label that was changed since is there, and does not count.
    if current is not None and item.image.review != "open":
        return said_by(current, item)
    before = next(_standing(reviews), None)
    if before is None:
        return ""
    return _with_reasons(words.BEFORE[before.verdict].format(who=before.who), before)


def changed_line(item: ReviewItem) -> str:
    """That another mask is shown now than a moment ago, and whose."""
    if item.revision is None:
        return words.CHANGED_PREDICTION
    return words.CHANGED_BY.format(who=item.revision.who)


def said_by(review: ReviewRow, item: ReviewItem | None = None) -> str:
    """A verdict in words, with its reasons."""
    names = {"approved": words.APPROVED_BY, "flagged": words.FLAGGED_BY, "withdrawn": words.WITHDRAWN_BY}
    line = names[review.verdict].format(who=review.who)
    revision = None if item is None else item.revision
    if review.verdict == "approved" and revision is not None and revision.provenance.get(ACCEPTED):
        line = f"{line}, {words.ACCEPTED}"
    return _with_reasons(line, review)


def counting(reviews: list[ReviewRow], revision_id: int | None) -> ReviewRow | None:
    """The verdict on a mask that counts: the newest of each reviewer's last ones that was not withdrawn."""
    return next((each for each in _standing(reviews) if each.revision_id == revision_id), None)


def _standing(reviews: list[ReviewRow]) -> Iterator[ReviewRow]:
    """Of each reviewer and mask the last verdict where it was not withdrawn, the newest first."""
    told: set[tuple[int, int | None]] = set()
    for review in reviews:
        of = (review.person_id, review.revision_id)
        if of not in told and review.verdict != "withdrawn":
            yield review
        told.add(of)


def label_titles(workspace: Workspace, task_id: int) -> Callable[[str], str]:
    """What people read for a label of a task: its classifier's words, else the label itself."""
    try:
        classifier = classifier_of(workspace, task_id)
    except AppError:
        classifier = None
    return str if classifier is None else classifier.title_of


def _with_reasons(line: str, review: ReviewRow) -> str:
    reasons = ", ".join(words.REASONS.get(each, each) for each in review.reasons)
    return f"{line}: {reasons}" if reasons else line
