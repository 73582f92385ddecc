"""What is to be trained, and the card that says so afterwards."""

from __future__ import annotations

import json
import platform
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.cards import NOT_A_DEVICE, Card, DataSource, ModelCard, Score, card_path, load_card
from core.config import AugmentConfig, NetConfig, ScalingConfig, TrainConfig, from_dict
from core.errors import AppError
from core.imaging.class_table import ClassTable
from core.imaging.image_reading import ImageReading
from core.imaging.mask_files.mask_values import MaskValues
from core.imaging.units import Units
from core.inference.stock_layers import check_stock, weights_path

if TYPE_CHECKING:
    from core.training.fit import TrainResult

PACKAGES = ("keras", "tensorflow", "jax", "numpy", "opencv-python")


@dataclass(frozen=True)
class TrainRequest:
    """What is to be trained; `core.commands.train_flags` says what each setting does.

    Attributes:
        output_dir: Where the files go; earlier ones of the same name are moved to `previous/` there.
        net: The network; `input_channels` 0 for what most training images have.
        classes: What the masks hold, as many as `net.num_classes`; None for one foreground.
        mask_values: What the values of masks of one foreground mean; None for what the files tell.
        channel: Which channel of images that have several is read; None for images of one.
        units: What grey values are of images that cannot say it; None where nobody said it.
        threshold: Of the card, in [0, 1]; None for the best on validation.
        start_from: Model folder or weights file to go on from, None for fresh weights.
        command: The command as it was typed, for the card.
        data_source: Where `data_dir` was fetched from; empty for a folder of this machine.
    """

    data_dir: Path
    output_dir: Path = Path("saved_model")
    name: str = "unet_model"
    net: NetConfig = field(default_factory=NetConfig)
    classes: ClassTable | None = None
    mask_values: MaskValues | None = None
    channel: int | None = None
    units: Units | None = None
    settings: TrainConfig = field(default_factory=TrainConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    scaling: ScalingConfig = field(default_factory=ScalingConfig)
    remove_hair: bool = False
    flips: tuple[str, ...] = ()
    threshold: float | None = None
    refit: bool = False
    start_from: Path | None = None
    about: Path | None = None
    command: str = ""
    resume: bool = False
    accelerator: str = "auto"
    tensorboard: bool = False
    group_column: str = ""
    group_pattern: str = ""
    data_source: str = ""

    @property
    def weights(self) -> Path:
        """Where the `.keras` file goes."""
        return self.output_dir / f"{self.name}.keras"

    @property
    def reading(self) -> ImageReading:
        """How images are read."""
        return ImageReading(self.channel, self.units)


def read_base_card(path: Path) -> ModelCard:
    """The card of a model to go on from.

    Args:
        path: Model folder or weights file.

    Raises:
        BadModelError: The model or its card is missing, damaged or unsafe.
    """
    weights = weights_path(path)
    check_stock(weights)
    return load_card(card_path(weights))


def training_card(request: TrainRequest, about: dict[str, Any], num_images: dict[str, int]) -> ModelCard:
    """A run's card without scores, with images by split; its threshold is 0.5 until one is chosen."""
    base = None if request.start_from is None else read_base_card(request.start_from)
    return ModelCard(
        # A shipped model is called after its folder.
        name=request.output_dir.resolve().name if request.name == "model" else request.name,
        title=about.get("title", request.name),
        **run_fields(about, request.about, request.data_dir, num_images, base),
        net=request.net,
        scaling=request.scaling,
        image_size=request.settings.image_size,
        classes=() if request.classes is None else request.classes.classes,
        remove_hair=request.remove_hair,
        threshold=0.5 if request.threshold is None else request.threshold,
        flips=request.flips,
        command=request.command,
        training=request.settings,
        augmentation=request.augment,
        parent=None if base is None else base.name,
    )


def validation_of(trained: TrainResult) -> dict[str, Score]:
    """What a card says of validation: the Dice of the epoch that was kept, nothing without validation."""
    dice = trained.history[trained.best_epoch - 1].val_dice if trained.history else None
    return {} if dice is None else {"dice": Score(dice)}


def run_fields(
    about: dict[str, Any],
    path: Path | None,
    data_dir: Path,
    num_images: dict[str, int],
    base: Card | None = None,
) -> dict[str, Any]:
    """What any card says of data, time and use; the folder's name where `about` says nothing of data.

    Args:
        path: Where `about` was read.
        num_images: Images by split.
        base: Card of the model whose weights the run began from, which its own data taught before.

    Raises:
        AppError: `about` describes the data with other words than `core.cards.DataSource`.
    """
    counts = {f"num_{split}": number for split, number in num_images.items()}
    sources = about.get("data") or [{"name": data_dir.resolve().name}]
    try:
        data = tuple(from_dict(DataSource, {**source, **counts}) for source in sources)
    except (TypeError, ValueError) as error:
        raise AppError("{path} describes data wrongly ({error}).", path=path, error=error) from None
    own = {each.name for each in data}
    before = () if base is None else tuple(each for each in base.data if each.name not in own)
    return {
        "created": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "data": (*before, *data),
        "licence": about.get("licence", ""),
        "limits_of_use": tuple(about.get("limits_of_use", ())) or (NOT_A_DEVICE,),
        "versions": package_versions(),
    }


def package_versions() -> dict[str, str]:
    """Versions of Python and of what weights depend on; JAX needs no TensorFlow."""
    versions = {"python": platform.python_version()}
    for name in PACKAGES:
        with suppress(PackageNotFoundError):
            versions[name] = version(name)
    return versions


def read_about(path: Path | None, more: tuple[str, ...] = ()) -> dict[str, Any]:
    """What the card will say of data and use; empty without a file.

    Args:
        more: Words that this card has a place for beside title, data, licence and limits_of_use.

    Raises:
        AppError: The file cannot be read, or says something that a card has no place for.
    """
    if path is None:
        return {}
    try:
        about = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AppError("{path} cannot be read as JSON ({error}).", path=path, error=error) from None
    known = {"title", "data", "licence", "limits_of_use", *more}
    if not isinstance(about, dict) or set(about) - known:
        raise AppError(
            "{path} must be a JSON object with {known} and nothing else.",
            path=path,
            known=", ".join(sorted(known)),
        )
    return about
