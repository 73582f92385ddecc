"""What corrected labels bring a classifier of real images: a simulated person, the real store, run and guard.

A classifier is trained on a part of the training images. The others are put into a workspace, each with its
true label and mask, as if a person had corrected them; the app's own fine-tuning learns from those that it
does not lock, and the app's own rule decides on the locked ones. Base and candidate are then scored on images
that neither has seen: the validation split for each seed, or with --score folds every image of train and val
once a seed, which tells smaller differences. The test split is not opened, so this may be used to choose.

One line a run, then means with the bootstrap 95 % interval of the paired difference over images. That is of
the images alone: how much the drawn base part matters is seen between the lines.

    python -m benchmarks.label_fine_tune_gain --data_dir DATA/skin_lesion --merge SK=Other_SC --json OUT.json
"""

from __future__ import annotations

import argparse
import io
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from benchmarks.fine_tune_gain import PERSON, print_row
from benchmarks.label_scores import BASE, SCORES, Shares, means, summary
from core.classifier_cards import VIEWS, ClassifyConfig
from core.datasets.label_folds import label_folds, set_aside
from core.datasets.labels import LabelledImage, parse_merged
from core.datasets.matching import read_bytes
from core.files import write_whole
from core.imaging.decode import decode_image
from core.imaging.masks import encode_png
from core.jobs.kinds import JobContext
from core.registry.predictors import Classifiers
from core.registry.shipped import CLASSIFIER_SUFFIX
from core.training.presets import augment_config
from core.workflows.add_images import add_images
from core.workflows.correct.classify_image import save_label
from core.workflows.learn import label_trainer as recipe
from core.workflows.learn.classify_data import LabelSource
from core.workflows.learn.classify_train import ClassifyTrainRequest, classify_train
from core.workflows.learn.fine_tune import plan_fine_tune, run_job
from core.workflows.learn.lesion_masks import MaskSource
from core.workflows.open_workspace import open_workspace
from core.workspace import NewRevision, Workspace

TASK = "skin_lesion"
NUM_FOLDS = 5
CEILING = "all at once"


@dataclass(frozen=True)
class Draw:
    """Which images are there for what.

    Attributes:
        seed: Of the base part, the training runs and their order.
        base: That the base classifier is trained on.
        corrected: That the person corrects.
        scored: That neither sees.
    """

    seed: int
    base: list[LabelledImage]
    corrected: list[LabelledImage]
    scored: list[LabelledImage]


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


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(arguments)
    arms = [Arm(*each) for each in product(options.rates, options.images_shown)]
    rows: list[dict[str, Any]] = []
    scored: list[LabelledImage] = []
    found: dict[str, list[Shares]] = {}
    labels: tuple[str, ...] = ()
    for draw in draws(options):
        with tempfile.TemporaryDirectory() as folder:
            labels, shares, runs = one_draw(draw, arms, Path(folder), options)
        scored += draw.scored
        for name, each in shares.items():
            found.setdefault(name, []).append(each)
        for row in runs:
            print_row(row)
        rows += runs
    table = summary(labels, scored, {name: np.concatenate(each) for name, each in found.items()})
    for row in table:
        print_row(row)
    if options.json is not None:
        settings = {name: value for name, value in vars(options).items() if name not in ("json", "data_dir")}
        content = {"settings": settings, "runs": rows, "summary": table}
        write_whole(options.json, (json.dumps(content, indent=2) + "\n").encode())
    return 0


def parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--data_dir", type=Path, required=True, help="labelled set with train/ and val/")
    add("--merge", type=str, nargs="+", default=[], help="labels that count as another, OLD=NEW")
    add("--score", choices=("val", "folds"), default="val", help="what is scored")
    add("--base_part", type=float, default=1 / 3, help="part of the images that the base is trained on")
    add("--seeds", type=int, nargs="+", default=[0, 1, 2], help="one base part each")
    add("--input", choices=VIEWS, default="masked", help="what the classifier sees")
    add("--image_size", type=int, default=96, help="side of the input in pixels")
    add("--base_epochs", type=int, default=40, help="epochs of the base classifier")
    add("--rates", type=float, nargs="+", default=[recipe.FINE_TUNE_RATE], help="learning rates to try")
    add(
        "--images_shown",
        type=int,
        nargs="+",
        default=[recipe.LabelTrainer.fine_tune_images],
        help="lengths to try",
    )
    add("--ceiling", action="store_true", help="also train on all labels at once, which the app cannot")
    add("--wrong_labels", action="store_true", help="the person is wrong on all images that are trained on")
    add("--json", type=Path, help="file to write the numbers to")
    return parser.parse_args(arguments)


def draws(options: argparse.Namespace) -> Iterator[Draw]:
    """The parts of each run; the same for the same options."""
    source = LabelSource(options.data_dir, merged=parse_merged(options.merge))
    train, val = source.images("train"), source.images("val")
    for seed in options.seeds:
        if options.score == "val":
            yield Draw(seed, *base_and_rest(train, options.base_part, seed), val)
            continue
        pool = [*train, *val]
        fold_of = label_folds([i.label for i in pool], [i.group for i in pool], NUM_FOLDS, seed=seed)
        for fold in range(NUM_FOLDS):
            seen = [image for image, own in zip(pool, fold_of, strict=True) if own != fold]
            held = [image for image, own in zip(pool, fold_of, strict=True) if own == fold]
            yield Draw(seed, *base_and_rest(seen, options.base_part, seed), held)


def base_and_rest(
    images: list[LabelledImage], part: float, seed: int
) -> tuple[list[LabelledImage], list[LabelledImage]]:
    """A part with each label in its share, and the others."""
    chosen = set_aside([i.label for i in images], [i.group for i in images], part, seed=seed)
    base = [image for image, own in zip(images, chosen, strict=True) if own]
    return base, [image for image, own in zip(images, chosen, strict=True) if not own]


def one_draw(
    draw: Draw, arms: Sequence[Arm], folder: Path, options: argparse.Namespace
) -> tuple[tuple[str, ...], dict[str, Shares], list[dict[str, Any]]]:
    """Train the base, let every arm learn from the corrections, score all of them.

    Returns:
        The labels in the order of the probabilities; probabilities by name; one row an arm.
    """
    models = folder / "models"
    base = models / f"{TASK}{CLASSIFIER_SUFFIX}"
    labels = train(draw.base, base, draw.seed, options)
    shares = {BASE: classify(base, draw.scored)}
    if options.ceiling:
        both = sorted([*draw.base, *draw.corrected], key=lambda image: image.stem)
        train(both, folder / "ceiling", draw.seed, options)
        shares[CEILING] = classify(folder / "ceiling", draw.scored)
    truth = [image.label for image in draw.scored]
    rows = []
    for number, arm in enumerate(arms):
        with open_workspace(folder / f"workspace{number}", models) as workspace:
            row, candidate, in_use = fine_tune(workspace, draw, arm, options)
        shares[arm.name] = classify(candidate, draw.scored)
        shares[f"{arm.name}, in use after the guard"] = classify(in_use, draw.scored)
        before, after = (means(labels, truth, shares[name]) for name in (BASE, arm.name))
        scores = {
            f"{name}_{when}": each[name]
            for name in SCORES
            for when, each in (("before", before), ("after", after))
        }
        rows.append({"seed": draw.seed, **asdict(arm), **row, **scores})
    return labels, shares, rows


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


def correct(workspace: Workspace, task_id: int, image: LabelledImage, others: dict[str, str]) -> None:
    """Upload an image, save its mask, give its label; a wrong one from `others` unless it is locked.

    Raises:
        SystemExit: The image was refused, or has no mask.
    """
    data = read_bytes(image.image_path)
    (outcome,) = add_images(workspace, task_id, [(image.image_path.name, data)])
    if outcome.image_id is None or image.mask_path is None:
        raise SystemExit(outcome.message or f"{image.image_path.name} has no mask.")
    decoded = decode_image(data, image.image_path.name)
    mask = MaskSource(None).mask(decoded, image.image_path.name, image.mask_path)
    revision = NewRevision(encode_png(mask), None, 0.5, None, PERSON, 30.0, float(mask.mean()))
    workspace.masks.save(outcome.image_id, revision)
    locked = workspace.images.get(outcome.image_id).locked
    label = image.label if locked else others.get(image.label, image.label)
    save_label(workspace, outcome.image_id, label, who=PERSON)


def next_label(images: Sequence[LabelledImage]) -> dict[str, str]:
    """Another label for each."""
    labels = sorted({image.label for image in images})
    return dict(zip(labels, labels[1:] + labels[:1], strict=True))


def classify(folder: Path, images: Sequence[LabelledImage]) -> Shares:
    """What a classifier says of images with their own masks."""
    classifier, masks = Classifiers().get(folder), MaskSource(None)
    rows = []
    for image in images:
        name = image.image_path.name
        decoded = decode_image(read_bytes(image.image_path), name)
        rows.append(classifier.classify(decoded, masks.mask(decoded, name, image.mask_path)))
    return np.array([[row[label] for label in classifier.card.labels] for row in rows])


if __name__ == "__main__":
    sys.exit(main())
