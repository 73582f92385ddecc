"""What a model says of itself: its input, threshold, data, scores and limits of use.

A model is a folder with `model.keras` and `card.json`, or a weights file with `NAME.card.json` beside it. The
card is all that the predictor and the pages need to know of a model before they load its weights.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from core.config import AugmentConfig, NetConfig, ScalingConfig, TrainConfig, from_dict
from core.errors import BadModelError
from core.files import write_json

NOT_A_DEVICE = "Not a medical device: do not use it for diagnosis or treatment."


@dataclass(frozen=True)
class DataSource:
    """Data that a model was trained on.

    Attributes:
        source: Where it comes from, with the papers to cite.
        num_val: Images that choices were made on.
    """

    name: str
    source: str = ""
    licence: str = ""
    num_train: int = 0
    num_val: int = 0
    num_test: int = 0


@dataclass(frozen=True)
class Score:
    """A mean over images with its bootstrap 95 % interval, None where that was not computed."""

    mean: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class MaskClass:
    """A class of a mask, by its place in the card; (red, green, blue), each 0 to 255."""

    name: str
    colour: tuple[int, int, int]


@dataclass(frozen=True)
class Card:
    """What any model says of itself, one of masks or of labels.

    Attributes:
        name: Machine name, such as "lung_xray".
        title: What people read, such as "Lung X-ray".
        scaling: Stored values to network input.
        remove_hair: Whether hair is removed from an image before it is scaled (`core.imaging.hair`).
        threshold: In [0, 1], chosen on validation: suggested for masks, or from which the label that must not
            be missed is called.
        flips: "horizontal", "vertical": the prediction is the mean over the image and these mirrorings of it.
        created: ISO 8601, UTC.
        data: What it was trained on.
        validation: Scores on validation, by name.
        test: Scores on test, by name. Empty where none was kept back.
        augmentation: Settings of the run, None where unknown.
        parent: Name or id of the model that this one started from, None from scratch.
        licence: What the weights may be used for.
    """

    name: str
    title: str = ""
    scaling: ScalingConfig = field(default_factory=ScalingConfig)
    remove_hair: bool = False
    threshold: float = 0.5
    flips: tuple[str, ...] = ()
    created: str = ""
    command: str = ""
    data: tuple[DataSource, ...] = ()
    validation: dict[str, Score] = field(default_factory=dict)
    test: dict[str, Score] = field(default_factory=dict)
    augmentation: AugmentConfig | None = None
    parent: str | None = None
    licence: str = ""
    limits_of_use: tuple[str, ...] = (NOT_A_DEVICE,)
    versions: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelCard(Card):
    """What a segmentation model says of itself; its scores are means over images.

    Attributes:
        image_size: (height, width) in pixels that the network was trained on.
        classes: The classes of a softmax, background first; empty for one foreground.
    """

    net: NetConfig = field(default_factory=NetConfig)
    image_size: tuple[int, int] = (256, 256)
    classes: tuple[MaskClass, ...] = ()
    training: TrainConfig | None = None


def pixel_digest(card: ModelCard) -> str:
    """Names what of a card changes the pixels of a prediction: one under another digest is an old one."""
    told = [asdict(each) for each in (card.net, card.scaling)]
    rest = [card.image_size, len(card.classes), card.remove_hair, sorted(card.flips)]
    return hashlib.sha256(json.dumps([told, rest], sort_keys=True).encode()).hexdigest()[:12]


def card_path(model_path: Path) -> Path:
    """Where the card of a weights file lies: `card.json` beside `model.keras`, else `<stem>.card.json`."""
    if model_path.name == "model.keras":
        return model_path.with_name("card.json")
    return model_path.with_name(f"{model_path.stem}.card.json")


def save_card(card: Card, path: Path) -> None:
    """Write a card whole."""
    write_json(path, asdict(card))


def load_card(path: Path) -> ModelCard:
    """Read a card.

    Raises:
        BadModelError: No card there, or one that this version cannot read.
    """
    values = read_card_values(path)
    try:
        return from_dict(ModelCard, values)
    except (TypeError, ValueError) as error:
        raise BadModelError(
            "The model card {path} is not of this version ({error}).", path=path, error=error
        ) from None


def read_card_values(path: Path) -> dict[str, Any]:
    """What a card's file says, not yet of any kind.

    Raises:
        BadModelError: No card there, or one that is no JSON.
    """
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise BadModelError(
            "There is no model card at {path}; keep the card that training wrote beside the weights.",
            path=path,
        ) from None
    except (OSError, TypeError, ValueError) as error:
        raise BadModelError(
            "The model card {path} cannot be read ({error}).", path=path, error=error
        ) from None
