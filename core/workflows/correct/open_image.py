"""Open an image in the editor: its picture, the prediction under it, and the draft as it was left."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import numpy as np

from core.cards import ModelCard
from core.errors import BadModelError, StoreError
from core.imaging.class_table import UNDEFINED
from core.imaging.decode import decode_image
from core.imaging.masks import encode_png
from core.language.sentence import Sentence
from core.registry.predictions import DEFAULT_THRESHOLD, card_of
from core.registry.predictors import Predictors
from core.workflows.correct import pictures
from core.workflows.correct.editor_scale import editor_size, resize_nearest, scaled_note
from core.workflows.correct.second_reader import Hidden, begin_blind
from core.workspace import DraftContent, DraftRow, ImageRow, Scope, TaskClass, VersionRow, Workspace

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpenedImage:
    """Everything that the editor needs of one image; all pictures have `height` x `width` pixels.

    Attributes:
        who: Name of the person who opened it.
        version: Version whose prediction is shown, None for no model.
        height: Rows in the editor.
        width: Columns in the editor.
        picture: What is shown, PNG or JPEG.
        levels: All values where the image has more than 8 bits, as `pack_levels` has them; else empty.
        proposal: What the model proposes, as PNGs; zero confidence without a model.
        classes: What can be painted, and what was merged or deleted.
        threshold: In [0, 1]; the draft's, else the card's.
        suggested_threshold: The card's.
        draft: The draft as it was left, None for none.
        reference_png: Mask to compare with (0 and 255), None for none.
        newer_version: Version that has been put into use since the draft was begun, None for none; the
            person may choose to use its prediction.
        scope: What counts of the mask that was saved last: "whole", or "part" for what was checked.
        hidden: What the person must not see.
    """

    image: ImageRow
    who: str
    version: VersionRow | None
    height: int
    width: int
    picture: bytes
    levels: bytes
    proposal: pictures.ProposalFiles
    classes: tuple[TaskClass, ...]
    threshold: float
    suggested_threshold: float
    draft: DraftRow | None
    reference_png: bytes | None
    newer_version: VersionRow | None
    scope: Scope
    notes: tuple[str, ...]
    hidden: Hidden = ""

    @property
    def version_id(self) -> int | None:
        """The version under the layer, None where there is no model."""
        return None if self.version is None else self.version.id

    @property
    def layer_png(self) -> bytes | None:
        """The draft's correction layer, None for an empty one."""
        return None if self.draft is None else self.draft.layer_png

    @property
    def content(self) -> DraftContent:
        """What the editor is given to show; no time was spent on it yet."""
        return DraftContent(self.threshold, self.layer_png, self.version_id)


def open_image(
    workspace: Workspace, image_id: int, predictors: Predictors, *, who: str, version_id: int | None = None
) -> OpenedImage:
    """An image as the editor takes it; remembers that it was looked at and is where the person is.

    Looking needs no writing: where that cannot be remembered, the image opens all the same.

    The prediction is that of `version_id` if one is given, else of the version that the draft was begun on,
    else of the current one. The draft's own threshold is kept in each case. A model that is gone or broken
    takes nothing else away: the image opens without a prediction, and a note says why.

    Args:
        who: Name of the person who opens it.
        version_id: Version that the person chose, None for none.

    Raises:
        StoreError: No such image or version, or the image's file is gone.
        BadFileError: It cannot be read any more.
    """
    image = workspace.images.get(image_id)
    hidden = begin_blind(workspace, image, who)
    draft = workspace.drafts.get(image_id, who)
    current = workspace.versions.current(image.task_id)
    version = begun_on = _shown_version(workspace, draft, current, version_id)
    card, problem = None, ""
    try:
        card = None if version is None else card_of(workspace, version)
    except BadModelError as error:
        version, problem = None, error.sentence
    window = pictures.window_of(card) if image.facts.kind == "hu" else None
    # An image that cannot be read is looked at by nobody.
    picture, _ = pictures.display_picture(workspace, image, window)
    # Before what takes long: by its end the person may be on another image, or have another name.
    try:
        workspace.images.mark_looked_at(image_id, who)
    except StoreError as error:
        logger.warning("image %d: that it was looked at is not kept (%s)", image_id, error)
    try:
        proposal = pictures.proposal_files(workspace, image, version, predictors)
    except BadModelError as error:
        # What is seen is what is saved: without its model the image is open as one without a version.
        version, card, problem = None, None, error.sentence
        proposal = pictures.proposal_files(workspace, image, None, predictors)
    height, width = editor_size(image.facts.height, image.facts.width)
    suggested = DEFAULT_THRESHOLD if card is None else card.threshold
    truth = workspace.truth.of(image_id)
    classes = workspace.tasks.get_by_id(image.task_id).all_classes
    notes = (problem, _foreign_classes(card, classes), scaled_note(image.facts.height, image.facts.width))
    # What was drawn and saved without a model needs no prediction under it.
    is_whole = begun_on is None and image.state == "corrected"
    return OpenedImage(
        image=image,
        who=who,
        version=version,
        height=height,
        width=width,
        picture=picture,
        levels=pictures.display_levels(workspace, image, window),
        proposal=proposal,
        classes=classes,
        threshold=suggested if draft is None else draft.threshold,
        suggested_threshold=suggested,
        draft=draft,
        reference_png=_reference_png(workspace, image, (height, width)),
        newer_version=None if current == begun_on or is_whole else current,
        scope="whole" if truth is None else truth.scope,
        notes=(*image.facts.notes, *(note for note in notes if note)),
        hidden=hidden,
    )


def _shown_version(
    workspace: Workspace, draft: DraftRow | None, current: VersionRow | None, chosen: int | None
) -> VersionRow | None:
    if chosen is not None:
        return workspace.versions.get(chosen)
    if draft is not None:
        return None if draft.version_id is None else workspace.versions.get(draft.version_id)
    return current


def _reference_png(workspace: Workspace, image: ImageRow, shape: tuple[int, int]) -> bytes | None:
    stored = workspace.images.read_reference(image)
    if stored is None:
        return None
    mask = decode_image(stored, image.name).values
    # 255, undecided, counts as background.
    return encode_png(resize_nearest(np.where(mask == UNDEFINED, 0, mask).astype(np.uint8), shape))


def _foreign_classes(card: ModelCard | None, classes: tuple[TaskClass, ...]) -> str:
    """What a person is told of classes that the model knows and the task lacks."""
    known = {each.value for each in classes}
    foreign = range(1, pictures.num_classes(card) + 1)
    names = [_name_in(card, value) for value in foreign if value not in known]
    if not names:
        return ""
    return Sentence(
        "The model also knows {names}, which this task has not: there it shows background.",
        names=", ".join(names),
    )


def _name_in(card: ModelCard | None, value: int) -> str:
    return card.classes[value].name if card is not None and card.classes else f"class {value}"
