"""Which images a person reads blind, for what, and which mask theirs will stand beside.

A reading is blind for one of three purposes. Second reading: somebody else's mask counts. Again: one's own of
weeks ago. Gold: an approved one, on an image that looks to the reader as if nobody had saved it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from core.review.second_reading import AGAIN, AGREED, SECOND, Readings, is_chosen, readings_by_image
from core.workspace import ImageRow, Review, ReviewRules, RevisionRow, TaskRow, Workspace
from core.workspace.gold import GOLD, GoldImage
from core.workspace.image_rows import NOTHING_UNREAD, Unread
from core.workspace.names import name_key
from core.workspace.reviews import ACCEPTED

Purpose = Literal["second", "again", "gold"]
KEYS: dict[Purpose, str] = {"second": SECOND, "again": AGAIN, "gold": GOLD}
"""In the provenance of a blind reading: the revision that it stands beside."""
AGAIN_AFTER = timedelta(days=28)


@dataclass(frozen=True)
class BlindReading:
    """What a person must not see of an image.

    Attributes:
        beside: The mask that theirs will stand beside.
        is_due: It was not begun yet; what the person saved before is put out of sight first.
        is_done: The person has saved theirs; the first save is the reading.
        without_prediction: To the person it is a new image, of those that are drawn without their prediction.
    """

    purpose: Purpose
    beside: RevisionRow
    is_due: bool = False
    is_done: bool = False
    without_prediction: bool = False


def reads_blind(workspace: Workspace, image: ImageRow, who: str) -> BlindReading | None:
    """What a person reads an image blind for, None for an open image."""
    rules = workspace.tasks.get_by_id(image.task_id).review_rules
    return (
        _gold(workspace, rules, image, who)
        or _again(workspace, rules, image, who)
        or _second(workspace, rules, image, who)
    )


def reads_gold(workspace: Workspace, image: ImageRow, who: str) -> bool:
    """Whether an image is gold, and a person is compared with it, also once they have read it."""
    rules = workspace.tasks.get_by_id(image.task_id).review_rules
    return _gold(workspace, rules, image, who) is not None


def unread_gold(workspace: Workspace, task: TaskRow, who: str) -> Unread:
    """The gold images that wait for a person, which look to them as if they had no mask.

    With them comes an order of the person's own, which stays when they are read.
    """
    if not task.review_rules.gold_percent:
        return NOTHING_UNREAD
    for_reader = workspace.gold.for_reader(task.id, who)
    given = [each for each in for_reader if _is_given(task.review_rules, each, who)]
    if not given:
        return NOTHING_UNREAD
    drawn = hashlib.sha256(f"order {task.id} {name_key(who)}".encode()).digest()
    return Unread(
        frozenset(each.image_id for each in given if not (each.is_read or each.is_opened)),
        frozenset(each.image_id for each in given if each.is_opened and not each.is_read),
        int.from_bytes(drawn[:3]),
    )


def waiting_for(workspace: Workspace, task: TaskRow, who: str) -> list[int]:
    """The images that wait for a person as second readings or again, those of others first."""
    rules = task.review_rules
    if not rules.second_percent and not rules.again_percent:
        return []
    seen = unread_gold(workspace, task, who).all | workspace.adjudicators.images_of(task.id, who)
    again = [] if not rules.again_percent else _again_of(workspace, task, who)
    second = [] if not rules.second_percent else _second_of(workspace, task, who)
    return [each for each in dict.fromkeys([*second, *again]) if each not in seen]


def hidden_from(workspace: Workspace, task: TaskRow, who: str) -> frozenset[int]:
    """The images whose mask a person must not see: they are to read them blind, and have not yet.

    Whoever could be the second reader of an image counts, since nobody in particular is chosen for it.
    """
    return unread_gold(workspace, task, who).all.union(waiting_for(workspace, task, who))


def is_drawn_first(rules: ReviewRules, image_id: int) -> bool:
    """Whether the prediction of an image that nobody has saved is hidden until somebody has."""
    return is_chosen(str(image_id), rules.blind_percent, "blind first")


def undrawn(workspace: Workspace, task: TaskRow) -> list[int]:
    """The images whose prediction nobody is to see yet, see `is_drawn_first`."""
    if not task.review_rules.blind_percent or workspace.versions.current(task.id) is None:
        return []
    return [each for each in workspace.truth.missing(task.id) if is_drawn_first(task.review_rules, each)]


def readings_of_task(workspace: Workspace, task_id: int) -> dict[int, Readings]:
    """The readings of each image of a task that was read twice."""
    seconds = workspace.masks.naming(task_id, SECOND)
    truths = (
        {each.image_id: each.revision_id for each in workspace.truth.readings(task_id)} if seconds else {}
    )
    return readings_by_image(seconds, truths)


def readings_of(workspace: Workspace, image_id: int) -> Readings | None:
    """The readings of an image, None where it was read once at the most."""
    truth = workspace.truth.of(image_id)
    truths = {} if truth is None else {image_id: truth.id}
    return readings_by_image(workspace.masks.history(image_id)[::-1], truths).get(image_id)


def same_person(one: str, other: str) -> bool:
    """Whether two names are the same person's."""
    return name_key(one) == name_key(other)


def _gold(workspace: Workspace, rules: ReviewRules, image: ImageRow, who: str) -> BlindReading | None:
    if not rules.gold_percent or image.gold_revision_id is None:
        return None
    for each in workspace.gold.for_reader(image.task_id, who):
        if each.image_id == image.id and _is_given(rules, each, who):
            looks_undrawn = not each.is_read and is_drawn_first(rules, image.id)
            beside = workspace.masks.get(each.revision_id)
            return BlindReading("gold", beside, without_prediction=looks_undrawn)
    return None


def _is_given(rules: ReviewRules, gold: GoldImage, who: str) -> bool:
    """Whether a gold image is one of this reader's part; each reader's is another one.

    What they have begun stays theirs, also when they are renamed.
    """
    of_part = is_chosen(f"{gold.image_id} {name_key(who)}", rules.gold_percent, "gold")
    return gold.is_opened or gold.is_read or of_part


def _again(workspace: Workspace, rules: ReviewRules, image: ImageRow, who: str) -> BlindReading | None:
    """One's own mask of weeks ago; who has drawn it again stays blind, until the next time."""
    if not is_chosen(str(image.id), rules.again_percent, "again") or image.review == "flagged":
        return None
    found = workspace.masks.last_of(image.id, who)
    if found is None:
        return None
    own, age = found
    if age < AGAIN_AFTER:
        beside = own.provenance.get(AGAIN) if own.origin == "person" else None
        if beside is None:
            return None
        return BlindReading("again", workspace.masks.get(int(beside)), is_done=True)
    if not _was_drawn(own) or _settles(workspace, image, who):
        return None
    draft = workspace.drafts.get(image.id, who)
    if draft is not None and draft.who and draft.has_unsaved_changes:
        # What was begun before is finished first.
        is_begun = draft.updated_at - own.created_at >= AGAIN_AFTER
        return BlindReading("again", own) if is_begun else None
    return BlindReading("again", own, is_due=True)


def _again_of(workspace: Workspace, task: TaskRow, who: str) -> list[int]:
    percent = task.review_rules.again_percent
    old = workspace.masks.last_before(task.id, who, AGAIN_AFTER)
    chosen = [own for image_id, own in old.items() if is_chosen(str(image_id), percent, "again")]
    return [own.image_id for own in workspace.masks.get_all(chosen) if _was_drawn(own)]


def _was_drawn(own: RevisionRow) -> bool:
    """Drawn by the person and whole: not accepted, restored or agreed on with others' masks in sight."""
    is_own = own.origin == "person" and ACCEPTED not in own.provenance and AGREED not in own.provenance
    return is_own and own.scope == "whole"


def _second(workspace: Workspace, rules: ReviewRules, image: ImageRow, who: str) -> BlindReading | None:
    """Somebody else's mask, where the task has it read twice and this person neither judged nor settles it.

    Who has read it so already stays blind.
    """
    truth = workspace.truth.of(image.id) if rules.second_percent else None
    if truth is None or same_person(truth.who, who):
        return None
    readings = readings_of(workspace, image.id)
    if _has_read(readings, who):
        settled = readings is None or readings.is_settled
        return None if settled else BlindReading("second", truth, is_done=True)
    if not _waits(rules, image.id, image.review, readings):
        return None
    judged = any(same_person(review.who, who) for review in workspace.reviews.of_image(image.id))
    return None if judged or _settles(workspace, image, who) else BlindReading("second", truth)


def _second_of(workspace: Workspace, task: TaskRow, who: str) -> list[int]:
    readings = readings_of_task(workspace, task.id)
    judged = workspace.reviews.judged_by(task.id, who)
    return [
        each.image_id
        for each in workspace.truth.readings(task.id)
        if each.image_id not in judged
        and _waits(task.review_rules, each.image_id, each.review, readings.get(each.image_id))
        and not same_person(each.who, who)
        and not _has_read(readings.get(each.image_id), who)
    ]


def _waits(rules: ReviewRules, image_id: int, review: Review, readings: Readings | None) -> bool:
    """Whether an image that somebody saved waits for somebody else to read it blind.

    One that is flagged is mended first. Where two readers differ, a third one may read it.
    """
    if review == "flagged":
        return False
    if readings is None:
        return is_chosen(str(image_id), rules.second_percent, "read twice")
    return readings.differ(rules.differ_below)


def _settles(workspace: Workspace, image: ImageRow, who: str) -> bool:
    """Whether a person has been shown the readings that differ, in order to settle them."""
    return image.id in workspace.adjudicators.images_of(image.task_id, who)


def _has_read(readings: Readings | None, who: str) -> bool:
    """Whether a person is one of those who read an image blind."""
    return readings is not None and any(same_person(each.who, who) for each in readings.others)
