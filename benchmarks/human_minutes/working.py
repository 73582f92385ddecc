"""A simulated person at work on a set: the real store, queue of images and fine-tuning, every ten images."""

from __future__ import annotations

import dataclasses
import json
import resource
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.fine_tune_gain import drawn_over, mean_dice, pairs_of
from benchmarks.human_minutes.correcting import Scene, by_brush, by_clicks, in_frame, quarter
from benchmarks.human_minutes.hand import HANDS, Hand, Page
from core.config import MODELS_DIR
from core.correction.click_crop import Mask
from core.correction.click_windows import Answer
from core.correction.corrections import encode_layer
from core.datasets.pairs import Pair, load_pair
from core.evaluation.scores import score_mask
from core.imaging.intensity import to_display
from core.jobs.kinds import JobContext
from core.registry.predictors import Predictors
from core.workflows.add_images import add_images
from core.workflows.correct import pictures
from core.workflows.correct.open_image import open_image
from core.workflows.correct.save_mask import save_mask
from core.workflows.learn import fine_tune_recipe as recipe
from core.workflows.learn.fine_tune import TRAINERS, plan_fine_tune, run_job
from core.workflows.open_workspace import open_workspace
from core.workspace import DraftContent, Scope, VersionRow, Workspace

PERSON = "simulated person"
SHIPPED = {"chest_xray": "lung_xray", "lung_ct": "", "nuclei": "", "skin_lesion": ""}
"""Set -> the shipped model that a person begins with; empty for none."""
BETWEEN = 10
"""Images from one fine-tuning to the next."""
GOOD = 0.95
"""Dice from which a proposal is accepted in the grid as it is."""
TILES = 12
WAYS = {"whole": ("by hand", "brush", "clicks"), "grid": ("grid", "grid, brush"), "part": ("part",)}
"""What is saved -> the arms that end with these masks, and so with the same models."""


@dataclass(frozen=True)
class Order:
    """What is simulated.

    Attributes:
        way: One of `WAYS`.
        images: That are worked through.
        side: Of the networks in pixels.
        shown: Images that a fine-tuning shows, and from scratch.
    """

    data: Path
    name: str
    way: str
    seed: int
    images: int
    side: int
    shown: tuple[int, int]


def work(order: Order, folder: Path, answer: Answer, keep: Callable[[dict[str, Any]], None]) -> None:
    """Go through the images of a set; `keep` gets what was found after each fine-tuning."""
    trainer = TRAINERS["segment"]
    trainer.fine_tune_images, trainer.scratch_images = order.shown
    recipe.SCRATCH_IMAGE_SIZE = (order.side, order.side)
    with open_workspace(folder / "workspace", _models(folder, order.side)) as workspace:
        task = workspace.tasks.get(SHIPPED[order.name]) if SHIPPED[order.name] else None
        task = task or workspace.tasks.create(order.name)
        train = pairs_of(order.data / order.name, "train")
        drawn = np.random.default_rng(order.seed).permutation(len(train))[: order.images]
        current = workspace.versions.current(task.id)
        test = pairs_of(order.data / order.name, "test")
        dice, seconds, processor = [scored(workspace, current, test)], [], []
        for start in range(0, order.images, BETWEEN):
            predictors = Predictors()
            for number, index in enumerate(drawn[start : start + BETWEEN], start=start):
                generator = np.random.default_rng((order.seed, number))
                seconds.append(_image(workspace, task.id, train[index], order, predictors, answer, generator))
            before = resource.getrusage(resource.RUSAGE_SELF)
            current = _learn(workspace, task.id, current, order.seed)
            after = resource.getrusage(resource.RUSAGE_SELF)
            processor.append(round(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, 1))
            dice.append(scored(workspace, current, test))
            keep({"dice": dice, "seconds": seconds, "processor_seconds": processor, "tested": len(test)})


def _models(folder: Path, side: int) -> Path:
    """The shipped models, whose networks see images at this side."""
    models = folder / "models"
    for name in filter(None, SHIPPED.values()):
        shutil.copytree(MODELS_DIR / name, models / name)
        path = models / name / "card.json"
        path.write_text(json.dumps({**json.loads(path.read_text()), "image_size": side}))
    return models


def _image(
    workspace: Workspace,
    task_id: int,
    pair: Pair,
    order: Order,
    predictors: Predictors,
    answer: Answer,
    generator: np.random.Generator,
) -> dict[str, dict[str, float]]:
    """Correct and save one image; the seconds of each hand and arm, and how good the proposal was."""
    (outcome,) = add_images(workspace, task_id, [(pair.image_path.name, pair.image_path.read_bytes())])
    if outcome.image_id is None:
        raise SystemExit(outcome.message)
    opened = open_image(workspace, outcome.image_id, predictors, who=PERSON)
    proposal = pictures.proposal(workspace, opened.image, opened.version, predictors)
    image, truth = load_pair(pair)
    scene = Scene(to_display(image), truth == 1)
    proposed = proposal.mask(opened.threshold) == 1
    found = score_mask(proposed.astype(np.uint8), scene.truth.astype(np.uint8))["dice"] or 0.0
    good = opened.version is not None and found >= GOOD
    frame = quarter(truth.shape, generator)
    times = {
        hand: _seconds(scene, proposed, order.way, HANDS[hand], answer, generator, good=good, frame=frame)
        for hand in HANDS
    }
    scope: Scope = "part" if order.way == "part" else "whole"
    mended = proposed if order.way == "grid" and good else by_brush(scene, proposed, HANDS["usual"])[0]
    layer = drawn_over(mended, proposal, opened.threshold)
    if scope == "part":
        layer = np.zeros_like(layer)
        in_frame(mended, frame, layer)
    version_id = None if opened.version is None else opened.version.id
    content = DraftContent(opened.threshold, encode_layer(layer), version_id, 30.0)
    save_mask(workspace, outcome.image_id, predictors, content=content, who=PERSON, scope=scope)
    saved = score_mask(mended.astype(np.uint8), scene.truth.astype(np.uint8))["dice"] or 0.0
    return {**times, "dice": {"proposed": found, "saved": saved}}


def _seconds(
    scene: Scene,
    proposed: Mask,
    way: str,
    hand: Hand,
    answer: Answer,
    generator: np.random.Generator,
    *,
    good: bool,
    frame: tuple[slice, slice],
) -> dict[str, float]:
    """Seconds of each arm for one image."""
    page = Page()
    around = hand.look + hand.glance + hand.key + page.next_image
    if way == "part":
        inside = np.zeros_like(scene.truth)
        inside[frame] = True
        seen = Scene(scene.picture, np.where(inside, scene.truth, proposed))
        framing = 2 * hand.move(400, 40) + hand.key
        return {"part": around + framing + by_brush(seen, proposed, hand)[1]}
    clicked = around + by_clicks(scene, proposed, hand, page, answer, generator)[1]
    brushed = around + by_brush(scene, proposed, hand)[1]
    if way == "grid":
        tile = hand.glance + (page.next_grid + hand.key) / TILES
        opened = tile + hand.move(200, 100)
        return {
            "grid": tile if good else opened + clicked,
            "grid, brush": tile if good else opened + brushed,
        }
    by_hand = around + by_brush(scene, np.zeros_like(proposed), hand)[1]
    return {"by hand": by_hand, "brush": brushed, "clicks": clicked}


def _learn(workspace: Workspace, task_id: int, current: VersionRow | None, seed: int) -> VersionRow | None:
    """Fine-tune as the app does, in this process; the person takes a candidate that is no worse."""
    base_id = None if current is None else current.id
    plan = plan_fine_tune(workspace, task_id, base_version_id=base_id, seed=seed)
    settings = {"base_version_id": base_id, "epochs": plan.epochs, "seed": seed}
    result = run_job(JobContext(workspace, workspace.jobs.add("fine_tune", task_id, settings, who=PERSON)))
    from core.training.quiet_start import forget_networks

    forget_networks()
    candidate = workspace.versions.get(result["version_id"])
    worse = result["mean_old"] is not None and result["mean_new"] < result["mean_old"]
    if candidate.status != "current" and worse:
        return current
    if candidate.status != "current":
        from core.reasons import Reason

        why = Reason("text", {"text": "No worse on the locked images."})
        candidate = workspace.versions.promote(candidate.id, who=PERSON, why=why)
    return candidate


def scored(workspace: Workspace, version: VersionRow | None, pairs: list[Pair]) -> float:
    """Mean Dice over images at their own sizes; an empty mask without a version."""
    return 0.0 if version is None else mean_dice(workspace, version, pairs, Predictors())


def told_settings(order: Order) -> dict[str, Any]:
    """What a run is known by."""
    return {name: value for name, value in dataclasses.asdict(order).items() if name not in ("data",)}
