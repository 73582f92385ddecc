"""Masks that are shown with an error: told after the verdict, which counts for nothing."""

from dataclasses import replace

import numpy as np
import pytest

from core.imaging.decode import read_png
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workflows.review.judging import Said, judge
from core.workflows.review.look import Look
from core.workflows.review.looking import full_look, look_at, mask_png, tile_jpeg
from core.workflows.review.planting import with_planted
from core.workspace import DraftContent, NotTaken, PlantedRow
from tests.workflows.conftest import png


@pytest.fixture
def looks(workspace, task, add_version, predictors):
    """Gives what a reviewer is shown of three images, the last two without a saved mask."""
    add_version()
    pictures = [np.full((24, 24), 40 + number) for number in range(3)]
    for picture in pictures:
        picture[4:20, 4:20] = 250
    add_images(workspace, task.id, [(f"{n}.png", png(each)) for n, each in enumerate(pictures)])
    first = workspace.images.first(task.id)
    content = DraftContent(0.5, None, workspace.versions.current(task.id).id)
    save_mask(workspace, first.id, predictors, content=content, who="Kim")

    def shown(who, percent=100):
        rules = replace(task.review_rules, planted_percent=percent)
        asked = workspace.tasks.set_review_rules(task.id, rules)
        items = workspace.review_pages(task.id, "uploaded").page("open", None, 9)
        found = [
            (each, look_at(workspace, each, workspace.reviews.of_image(each.image.id))) for each in items
        ]
        return items, with_planted(workspace, asked, found, who)

    return shown


def say(workspace, predictors, looks, who="Lee", verdict="approved"):
    """Verdicts on looks as they come back from the browser."""
    return judge(workspace, [Said(Look.parse(str(each)), verdict) for each in looks], predictors, who=who)


def test_a_planted_error_is_shown_told_and_never_counts(workspace, task, looks, predictors):
    items, shown = looks("Lee")
    assert all(each.seed is not None for each in shown)
    real = []
    for item, look in zip(items, shown, strict=True):
        real.append(read_png(mask_png(workspace, item.image, replace(look, seed=None), predictors), ""))
        full = full_look(workspace, item, look, predictors)
        wrong = read_png(full.mask, "")
        assert (real[-1] != wrong).any()
        assert full.foreground == np.count_nonzero(wrong) / wrong.size
    both = (shown[0], replace(shown[0], seed=None))
    assert len({tile_jpeg(workspace, items[0].image, each, predictors) for each in both}) == 2
    told = [
        *say(workspace, predictors, shown[:1], verdict="flagged"),
        *say(workspace, predictors, shown[1:]),
    ]
    assert [type(each) for each in told] == [PlantedRow] * 3
    assert [each.verdict for each in told] == ["flagged", "approved", "approved"]
    for item in items:
        assert workspace.reviews.of_image(item.image.id) == []
        assert workspace.images.get(item.image.id).review == "open"
    assert workspace.truth.of(items[1].image.id) is None
    assert len(workspace.masks.of_task(task.id)) == 1
    # Said twice, since the answer was lost: the first one stays.
    [again] = say(workspace, predictors, shown[:1])
    assert again.verdict == "flagged"
    assert workspace.planted.of_task(task.id) == told
    # Then the real masks come, and verdicts on them count.
    _, after = looks("Lee")
    assert [each.seed for each in after] == [None] * 3
    assert [each.verdict for each in say(workspace, predictors, after)] == ["approved"] * 3
    accepted = workspace.truth.of(items[1].image.id)
    assert read_png(workspace.masks.read_mask_png(accepted), "").tolist() == real[1].tolist()


def test_a_verdict_is_on_what_was_shown_whatever_the_rules_are_by_then(workspace, task, looks, predictors):
    _, planted = looks("Lee")
    _, real = looks("Lee", percent=0)
    assert [each.shown for each in real] == [""] * 3
    [told] = say(workspace, predictors, planted[:1])
    assert isinstance(told, PlantedRow)
    looks("Lee")
    # It was shown before any error was asked for: the mask was the real one.
    [told] = say(workspace, predictors, real[1:2])
    assert (told.verdict, isinstance(told, PlantedRow)) == ("approved", False)
    # What Lee was shown says nothing of what Park has seen.
    [told] = say(workspace, predictors, planted[2:], who="Park")
    assert (type(told), told.why) == (NotTaken, "unknown")


def test_nobody_is_tried_on_a_mask_of_their_own_and_only_a_part_is(workspace, looks):
    assert [each.seed is None for each in looks("Kim")[1]] == [True, False, False]
    shown = [look for number in range(20) for look in looks(f"Reviewer {number}", 50)[1]]
    assert 15 < sum(each.seed is not None for each in shown) < 45
    # The code of a real mask looks like that of a wrong one.
    assert {len(each.shown) for each in shown} == {12}
