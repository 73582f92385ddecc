"""Fine-tuning what follows clicks, with the real network, small pictures and one step of learning."""

import numpy as np
import pytest

from core.cards import load_card
from core.correction.click_crop import SIDE
from core.errors import JobError
from core.imaging.masks import encode_png
from core.inference.click_network import CLICK_MODEL, click_network
from core.jobs.kinds import JobContext
from core.registry.compare_clicks import ClickComparison, compare_clicks
from core.registry.shipped import add_shipped
from core.workflows.correct.smart_click import network_of
from core.workflows.learn import click_trainer
from core.workflows.learn.fine_tune import plan_fine_tune, run_job, start_fine_tune
from core.workspace import ImageFacts, NewRevision


@pytest.fixture
def add_discs(workspace, task):
    """Saved images, each of a bright disc on dark ground."""

    def add(count, scope="whole"):
        for _ in range(count):
            number = len(workspace.images.list(task.id))
            rows, cols = np.mgrid[:SIDE, :SIDE]
            disc = np.hypot(rows - 40 - number, cols - 50) < 20
            noise = np.random.default_rng(number).integers(0, 40, disc.shape)
            image = workspace.images.add(
                task.id,
                f"{number}.png",
                encode_png((disc * 150 + noise).astype(np.uint8)),
                ImageFacts(SIDE, SIDE, 1),
            )
            mask = encode_png(disc.astype(np.uint8))
            workspace.masks.save(image.id, NewRevision(mask, None, 0.5, None, "Kim", 5.0, 0.2, scope=scope))

    return add


@pytest.mark.usefixtures("eager")
def test_what_was_learnt_is_a_version_beside_the_shipped_one(workspace, task, add_discs, monkeypatch):
    monkeypatch.setattr(click_trainer, "EXAMPLES", 2)
    add_discs(4)
    add_discs(1, scope="part")
    assert network_of(workspace, task.id) is click_network(CLICK_MODEL)
    plan = plan_fine_tune(workspace, task.id, "click", epochs=1)
    # The 2nd saved is locked; the one that was checked in part teaches nothing.
    assert (plan.num_images, plan.num_train, plan.num_locked) == (4, 3, 1)
    assert workspace.versions.list(task.id, "click") == []
    settings = {"base_version_id": None, "epochs": 1, "seed": 0}
    job = workspace.jobs.add("fine_tune_clicks", task.id, settings, who="Kim")
    result = run_job(JobContext(workspace, job))
    learnt, shipped = workspace.versions.list(task.id, "click")
    assert (learnt.id, learnt.status, learnt.parent_id) == (result["version_id"], "candidate", shipped.id)
    assert (shipped.origin, shipped.status) == ("shipped", "current")
    # One locked group does not decide: the person is asked.
    compared = ClickComparison.from_dict(learnt.comparison)
    assert result["decision"] == "ask"
    assert "Dice after three clicks" in str(compared.why)
    (row,) = compared.images
    assert row.old > 0.8
    card = load_card(workspace.versions.open(learnt) / "card.json")
    assert card.net == load_card(CLICK_MODEL / "card.json").net
    assert (card.parent, card.data[-1].num_train) == (shipped.title, 3)
    # Masks are made by what made them before.
    assert all(each.purpose == "segment" for each in workspace.versions.list(task.id))
    workspace.versions.promote(learnt.id, who="Kim", why=compared.why)
    own = network_of(workspace, task.id)
    assert own is not click_network(CLICK_MODEL)
    assert own(np.zeros((SIDE, SIDE, 6), np.uint8)).shape == (SIDE, SIDE)


def test_a_network_compared_with_itself_gains_nothing_and_empty_masks_are_left_out(
    workspace, task, add_discs
):
    add_discs(2)
    shipped = add_shipped(workspace, task, purpose="click")
    compared = compare_clicks(workspace, shipped, shipped)
    assert [each.old - each.new for each in compared.images] == [0.0]
    locked = next(each for each in workspace.images.list(task.id) if each.locked)
    empty = encode_png(np.zeros((SIDE, SIDE), np.uint8))
    workspace.masks.save(locked.id, NewRevision(empty, None, 0.5, None, "Kim", 5.0, 0.0))
    assert compare_clicks(workspace, shipped, shipped).images == ()


def test_without_a_mask_there_is_nothing_to_learn(workspace, task):
    plan = plan_fine_tune(workspace, task.id, "click")
    with pytest.raises(JobError, match="no corrected image"):
        start_fine_tune(workspace, plan, who="Kim")
