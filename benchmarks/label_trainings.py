"""The two trainings of `benchmarks.label_fine_tune_gain`: as train.py does it, and the app's fine-tuning."""

from __future__ import annotations

import argparse
import io
import shutil
import tempfile
import time
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.fine_tune_gain import PERSON
from benchmarks.label_draws import Draw
from benchmarks.label_person import correct, next_label
from benchmarks.label_scores import Shares
from core.classifier_cards import ClassifyConfig
from core.datasets.labels import LabelledImage
from core.datasets.matching import read_bytes
from core.imaging.decode import decode_image
from core.jobs.kinds import JobContext
from core.registry.predictors import Classifiers
from core.training.presets import augment_config
from core.workflows.learn import label_trainer as recipe
from core.workflows.learn.classify_data import LabelSource
from core.workflows.learn.classify_train import ClassifyTrainRequest, classify_train
from core.workflows.learn.fine_tune import plan_fine_tune, run_job
from core.workflows.learn.lesion_masks import MaskSource
from core.workspace import Workspace

TASK = "skin_lesion"


@dataclass(frozen=True)
class Arm:
    """A recipe that is tried.

    Attributes:
        rate: Learning rate.
        shown: Images seen in the run.
    """

    rate: float
    shown: int

    @property
    def name(self) -> str:
        """What the table calls it."""
        return f"rate {self.rate:g}, {self.shown} images shown"


def train(
    images: Sequence[LabelledImage], output: Path, seed: int, options: argparse.Namespace
) -> tuple[str, ...]:
    """Train a classifier as train.py does, a part of the images set aside; its labels in order."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        for image in images:
            for kind, path in (("images", image.image_path), ("masks", image.mask_path)):
                if path is not None:
                    (data / "train" / kind).mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(path, data / "train" / kind / path.name)
        table = "".join(f"{image.stem},{image.label}\n" for image in images)
        (data / "labels.csv").write_text(f"image,label\n{table}")
        settings = ClassifyConfig(
            backbone="small",
            pretrained=False,
            image_size=options.image_size,
            epochs=options.base_epochs,
            patience=0,
            seed=seed,
        )
        request = ClassifyTrainRequest(
            LabelSource(data),
            output,
            view=options.input,
            settings=settings,
            augment=augment_config(["turns"]),
            about=None,
        )
        return classify_train(request).card.labels


def fine_tune(
    workspace: Workspace, draw: Draw, arm: Arm, options: argparse.Namespace
) -> tuple[dict[str, Any], Path, Path]:
    """Correct, learn and let the rule decide; a row, the candidate's folder, and that of the version in use.

    The job runs in this process, so that the recipe can be another than the app's.
    """
    task = workspace.tasks.get(TASK)
    base = workspace.versions.current(task.id, "classify")
    if base is None:
        raise SystemExit("The workspace has no classifier; the base was not written.")
    others = next_label(draw.base) if options.wrong_labels else {}
    for index in np.random.default_rng(draw.seed).permutation(len(draw.corrected)):
        correct(workspace, task.id, draw.corrected[index], others)
    begun = time.monotonic()
    with (
        patch.object(recipe, "FINE_TUNE_RATE", arm.rate),
        patch.object(recipe.LabelTrainer, "fine_tune_images", arm.shown),
    ):
        plan = plan_fine_tune(workspace, task.id, "classify", base_version_id=base.id, seed=draw.seed)
        settings = {"base_version_id": base.id, "epochs": plan.epochs, "seed": plan.seed}
        job = workspace.jobs.add("fine_tune_classifier", task.id, settings, who=PERSON)
        with redirect_stdout(io.StringIO()):
            result = run_job(JobContext(workspace, job))
    candidate = workspace.versions.get(result["version_id"])
    in_use = workspace.versions.current(task.id, "classify")
    better = result["mean_new"] > result["mean_old"]
    if in_use is None or (in_use.id != base.id and not better):
        raise SystemExit("A candidate that is no better on the locked images was put into use.")
    row = {"num_base": len(draw.base), "num_train": plan.num_train, "num_validation": plan.num_validation}
    row |= {"num_locked": plan.num_locked, "epochs": plan.epochs, "seconds": time.monotonic() - begun}
    row |= {"decision": result["decision"], "locked_before": result["mean_old"]}
    row |= {"locked_after": result["mean_new"]}
    return row, workspace.versions.open(candidate), workspace.versions.open(in_use)


def classify(folder: Path, images: Sequence[LabelledImage]) -> Shares:
    """What a classifier says of images with their own masks."""
    classifier, masks = Classifiers().get(folder), MaskSource(None)
    rows = []
    for image in images:
        name = image.image_path.name
        decoded = decode_image(read_bytes(image.image_path), name)
        rows.append(classifier.classify(decoded, masks.mask(decoded, name, image.mask_path)))
    return np.array([[row[label] for label in classifier.card.labels] for row in rows])
