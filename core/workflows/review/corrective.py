"""Corrective Dice: what a version proposed before it learnt from an image, against the mask that counts.

As in RootPainter (Smith et al. 2022, New Phytologist 236): the corrections themselves tell how good the model
is on images it has not seen. Each Dice is kept in the cache, so that a page asks for it once.
"""

from __future__ import annotations

from core.errors import AppError
from core.registry.predictions import prediction_key, proposed_content
from core.registry.predictors import Predictors
from core.review.agreement import mean_dice
from core.review.progress import CorrectedImage
from core.review.second_reading import BLIND_VERSION
from core.watching import OnProgress, untold
from core.workflows.correct.blind import KEYS
from core.workflows.correct.save_mask import mask_as_shown, read_mask
from core.workspace import ImageRow, RevisionRow, VersionRow, Workspace
from core.workspace.classes import reading_key


def prediction_dice(
    workspace: Workspace,
    image: ImageRow,
    version: VersionRow,
    revision: RevisionRow,
    predictors: Predictors,
    *,
    reading: str,
) -> float:
    """The Dice of a version's prediction, at the threshold of its card, with a saved mask.

    Args:
        reading: How masks are read as classes now (`reading_key`), asked once for many images.

    Raises:
        AppError: The model, the image or the mask cannot be read.
    """
    content = proposed_content(workspace, version)

    def measure() -> bytes:
        predicted = mask_as_shown(workspace, image, content, predictors)
        return repr(mean_dice(predicted, read_mask(workspace, revision))).encode()

    mask = revision.mask_file.partition(".")[0]
    predicted_as = f"{prediction_key(workspace, version)}-{content.threshold:g}"
    key = image.cache_kind(f"dice-{predicted_as}-{mask[:20]}-{reading}")
    return float(workspace.cache.get_or_make(image.sha256, key, measure))


def whole_truths(workspace: Workspace, task_id: int) -> dict[int, RevisionRow]:
    """The masks of a task that count whole; where only what was painted counts, that is what was wrong."""
    found = workspace.truth.of_task(task_id)
    return {image_id: revision for image_id, revision in found.items() if revision.scope == "whole"}


def corrected_images(
    workspace: Workspace,
    task_id: int,
    predictors: Predictors,
    *,
    on_progress: OnProgress = untold,
) -> list[CorrectedImage]:
    """The images of a task that have a mask that counts, in the order in which they were first saved.

    Left out are those that were drawn without a model, and those whose files are gone.
    """
    first: dict[int, RevisionRow] = {}
    seconds: dict[int, float] = {}
    for revision in workspace.masks.of_task(task_id):
        first.setdefault(revision.image_id, revision)
        if not any(key in revision.provenance for key in KEYS.values()):
            seconds[revision.image_id] = seconds.get(revision.image_id, 0.0) + revision.seconds
    images = {image.id: image for image in workspace.images.list(task_id, "corrected")}
    truths = whole_truths(workspace, task_id)
    versions = {version.id: version for version in workspace.versions.list(task_id)}
    reading = reading_key(workspace.tasks.get_by_id(task_id).all_classes)
    guesses = {version_id: workspace.quality.of_version(version_id) for version_id in versions}
    found = []
    for done, (image_id, begun) in enumerate(first.items(), start=1):
        on_progress(done, len(first))
        version_id = begun.provenance.get(BLIND_VERSION, begun.version_id)
        if version_id not in versions or image_id not in truths or image_id not in images:
            continue
        image = images[image_id]
        try:
            version = versions[version_id]
            dice = prediction_dice(workspace, image, version, truths[image_id], predictors, reading=reading)
        except AppError:
            continue
        guess = guesses[version.id].get(image_id)
        if guess is not None and guess.made_at > begun.created_at:
            guess = None
        found.append(
            CorrectedImage(
                image_id=image_id,
                name=image.name,
                version_id=version.id,
                dice=dice,
                seconds=seconds[image_id],
                guess=None if guess is None else guess.guess,
                low=None if guess is None else guess.low,
                high=None if guess is None else guess.high,
                was_hidden=BLIND_VERSION in begun.provenance,
            )
        )
    return found
