"""What an experiment is asked for: one frozen dataclass for each kind, to JSON and back.

A setting that has a flag is declared with it, once; the parsers, the requests out of flags and the commands
of requests follow from that (`core.experiments.requests.command_line`).

The page and the commands fill these in; `core.experiments.runs.run` does what they say. Nothing heavy is
imported here, so that a page may build a request.
"""

from __future__ import annotations

import json
from dataclasses import MISSING, asdict, dataclass, field
from typing import Any, Literal

from core.commands import number, whole_number
from core.config import AugmentConfig, NetConfig, ScalingConfig, TrainConfig, from_dict
from core.errors import AppError
from core.imaging.class_table import ClassTable
from core.imaging.image_reading import ImageReading
from core.imaging.mask_files.mask_values import MaskValues, mask_values
from core.imaging.units import Units
from core.training.presets import AUGMENT_PRESETS

ARM_WORDS = {
    "unet": "U-Net",
    "unet_valid": "U-Net, valid convolutions",
    "fcn": "FCN (no skips)",
    "fcn8s": "FCN-8s",
}
"""Networks that can be compared, by the name that their runs have, with what people read."""


def setting(default: Any = MISSING, *, flag: str = "", left_open: bool = False, **options: Any) -> Any:
    """A field of a request that has a flag.

    Args:
        default: Left out where the flag must be given.
        flag: Its name where it is another than the field's.
        left_open: Whether the flag has no default of its own.
        **options: As argparse takes them, beside what `core.commands.shared_flags` knows of the flag.
    """
    return field(default=default, metadata={"flag": flag, "open": left_open, "options": options})


SHARED_FLAG = {"flag": "", "open": False, "options": {}}
"""Of a field whose flag `core.commands.shared_flags` knows."""


def _arms(*default: str) -> Any:
    return setting(default, nargs="+", choices=tuple(ARM_WORDS), help="networks that are trained")


def _tolerance() -> Any:
    return setting(
        None, type=number(0, 1000), help="pixels for boundary F1 (default: 0.75 %% of the diagonal)"
    )


def _test_log() -> Any:
    return setting("", metavar="FILE", help="CSV that gets a line if test is scored")


def _folds() -> Any:
    return setting(5, type=whole_number(2), help="number of folds")


@dataclass(frozen=True)
class Recipe:
    """How every run of an experiment is trained.

    Attributes:
        net: The network; the architecture is the arm's, `input_channels` 0 for what most images have.
        settings: The run, its seed among it.
        flips: Mirrorings that predictions are averaged over, "horizontal" and "vertical".
        classes: What the masks hold, as many as `net.num_classes`; None for one foreground.
    """

    net: NetConfig = field(default_factory=NetConfig)
    settings: TrainConfig = field(default_factory=TrainConfig)
    augment: AugmentConfig = field(default_factory=AugmentConfig)
    scaling: ScalingConfig = field(default_factory=ScalingConfig)
    flips: tuple[str, ...] = ()
    classes: ClassTable | None = None


@dataclass(frozen=True)
class _Asked:
    """What every kind has: the command as it was typed, for the report."""

    command: str = field(default="", kw_only=True)


@dataclass(frozen=True)
class OnData(_Asked):
    """On a folder in the training layout.

    Attributes:
        mask_values: What the masks' values mean, in the words of `core.imaging.mask_files.mask_values`.
        read_channel: Of images that have several (`core.imaging.image_reading`).
        units: Of grey values of images that cannot say it themselves.
    """

    data_dir: str = setting(help="folder with train/, perhaps val/ and test/ (needed unless --resume)")
    mask_values: tuple[str, ...] = field(default=(), kw_only=True, metadata=SHARED_FLAG)
    read_channel: int | None = field(default=None, kw_only=True, metadata=SHARED_FLAG)
    units: Units | None = field(default=None, kw_only=True, metadata=SHARED_FLAG)

    @property
    def values(self) -> MaskValues | None:
        """What the masks' values mean, None for what the files tell.

        Raises:
            AppError: The words are none of those.
        """
        return mask_values(self.mask_values) if self.mask_values else None

    @property
    def reading(self) -> ImageReading:
        """How images are read."""
        return ImageReading(self.read_channel, self.units)


@dataclass(frozen=True)
class _TrainedOnData(OnData):
    """On a folder, with runs that are trained.

    Attributes:
        recipe: What all runs share; its `val_part` of the images that are trained on makes choices.
        group_column: Column of the set's table whose images stay together, in folds and where validation is
            set aside; "" looks for a patient's, "none" takes none.
        group_pattern: What names of images that stay together have in common, see
            `core.datasets.groups.keys_by_pattern`; "" for none.
    """

    recipe: Recipe = field(default_factory=Recipe, kw_only=True)
    group_column: str = field(default="", kw_only=True, metadata=SHARED_FLAG)
    group_pattern: str = field(default="", kw_only=True, metadata=SHARED_FLAG)


@dataclass(frozen=True)
class CompareRequest(_TrainedOnData):
    """Several networks on the same splits, seed and budget; arms are of `ARM_WORDS`, each once."""

    arms: tuple[str, ...] = _arms("unet", "fcn", "fcn8s")
    score_split: Literal["val", "test"] = setting(
        "val", choices=("val", "test"), help="which split is scored"
    )
    tolerance: float | None = _tolerance()
    test_log: str = _test_log()


@dataclass(frozen=True)
class CrossValidateRequest(_TrainedOnData):
    """k folds of train and val together, the same for all arms; test is never opened for scores."""

    folds: int = _folds()
    arms: tuple[str, ...] = _arms("unet")
    stratify_column: str = setting("", help="column whose values are spread evenly over the folds")
    tolerance: float | None = _tolerance()


@dataclass(frozen=True)
class TuneRequest(_TrainedOnData):
    """A search for settings by validation Dice, with weak trials cut short; the recipe is what stays.

    Learning rates are searched on a log scale. The pruner "median" ends a trial that is below the median of
    earlier ones at the same epoch (Golovin et al. 2017), "halving" keeps the better third at each rung
    (Jamieson and Talwalkar 2016), "none" ends none.
    """

    trials: int = setting(
        20, left_open=True, type=whole_number(1), help="trials in all, resumed ones too (default: 20)"
    )
    timeout_minutes: float = setting(
        0.0, left_open=True, type=number(0, 1e6), help="no trial is begun after that long; 0 for never"
    )
    learning_rate: tuple[float, ...] = setting((3e-4, 1e-2), nargs=2, metavar=("LOW", "HIGH"), help="range")
    base_filters: tuple[int, ...] = setting((8, 16), nargs="+", help="choices")
    batch_size: tuple[int, ...] = setting((4, 8, 16), nargs="+", help="choices")
    dropout: tuple[float, ...] = setting((0.0, 0.3), nargs=2, metavar=("LOW", "HIGH"), help="range")
    augment_presets: tuple[str, ...] = setting(
        ("light", "standard", "strong"),
        flag="augment",
        nargs="+",
        choices=tuple(AUGMENT_PRESETS),
        metavar=None,
        help="choices",
    )
    losses: tuple[str, ...] = setting(("bce_dice", "dice", "focal"), flag="loss", nargs="+", help="choices")
    pruner: Literal["median", "halving", "none"] = setting(
        "median", choices=("median", "halving", "none"), help="how weak trials end early"
    )


@dataclass(frozen=True)
class SyntheticRequest(_Asked):
    """k folds over noise of `side` pixels a side whose mask is "pixel above a half" (`datasets.noise`)."""

    num_images: int = setting(1000, type=whole_number(2), help="noise images that are made")
    side: int = 128
    bits: Literal[8, 16] = setting(16, type=int, choices=(8, 16), help="bits of a pixel")
    folds: int = _folds()
    recipe: Recipe = field(
        default_factory=lambda: Recipe(
            net=NetConfig(depth=1, base_filters=8, input_channels=1),
            settings=TrainConfig(
                image_size=(128, 128),
                epochs=8,
                batch_size=4,
                learning_rate=0.02,
                loss="bce_dice",
                precision="float32",
            ),
            augment=AugmentConfig(0, 0, 0, 0, 0, 0, 0),
        )
    )


@dataclass(frozen=True)
class ThresholdRequest(OnData):
    """Scores of one model against the threshold; "val" to choose on, "test" to look at afterwards."""

    model_path: str = setting(help="weights file or model folder (needed unless --resume)")
    split: Literal["train", "val", "test"] = setting(
        "val", choices=("train", "val", "test"), help="which split is scored"
    )
    test_log: str = _test_log()


Request = CompareRequest | CrossValidateRequest | TuneRequest | SyntheticRequest | ThresholdRequest

KINDS: dict[str, type[Request]] = {
    "compare": CompareRequest,
    "cross_validate": CrossValidateRequest,
    "tune": TuneRequest,
    "synthetic": SyntheticRequest,
    "threshold_sweep": ThresholdRequest,
}


def kind_of(request: Request) -> str:
    """The kind of a request, as in `KINDS`."""
    return next(kind for kind, request_type in KINDS.items() if type(request) is request_type)


def request_to_json(request: Request) -> dict[str, Any]:
    """`{"kind": ..., "settings": {...}}` in plain JSON types."""
    settings = json.loads(json.dumps(asdict(request)))
    return {"kind": kind_of(request), "settings": settings}


def request_from_json(values: dict[str, Any]) -> Request:
    """The request back from `request_to_json`; other keys beside the two are left alone.

    Raises:
        AppError: Another kind, or settings that this version does not know.
    """
    kind = values.get("kind")
    if kind not in KINDS:
        raise AppError(
            "There is no experiment of the kind {kind!r}; known are {kinds}.",
            kind=kind,
            kinds=", ".join(KINDS),
        )
    try:
        return from_dict(KINDS[kind], values["settings"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise AppError(
            "The settings of this {kind} are not of this version ({error}).", kind=kind, error=error
        ) from None


def arm_net(net: NetConfig, arm: str) -> NetConfig:
    """`net` with the architecture of an arm, one of `ARM_WORDS`."""
    if arm not in ARM_WORDS:
        raise AppError(
            "There is no network {arm!r} to compare; known are {arm_words}.",
            arm=arm,
            arm_words=", ".join(ARM_WORDS),
        )
    architecture, _, padding = arm.partition("_")
    return from_dict(NetConfig, {**asdict(net), "architecture": architecture, "padding": padding or "same"})
