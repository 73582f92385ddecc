"""Settings of published segmentation runs, as defaults of train.py's flags."""

from __future__ import annotations

from core.commands.task import given

SEGMENT_PRESETS: dict[str, dict[str, object]] = {
    "ham10000": {
        "dropout": 0.3,
        "upsampling": "transpose",
        "batch_size": 16,
        "epochs": 30,
        "threshold": 0.4,
        "image_size": "448x592",
        "channels": "3",
        "depth": 4,
        "base_filters": 32,
        "learning_rate": 1e-3,
        "patience": 0,
        "augment": ["turns"],
        "scaling": "range",
    }
}
"""ham10000, as the published U-Net on HAM10000 was trained: dropout 0.3, transposed convolutions, batch 16,
30 epochs, an input of 448x592x3, threshold 0.4.

Not stated there and chosen here: depth 4, 32 filters at full size, Adam with a peak rate of 0.001
on a cosine, binary cross-entropy and Dice, the augmentation "turns", values 0 to 255, no early end.
"""

PRESET_HELP = (
    "defaults of a published run. ham10000: dropout 0.3, transposed convolutions, batch 16, 30 epochs, "
    "448x592 RGB, threshold 0.4; chosen here: depth 4, 32 filters, Adam 0.001, BCE and Dice, turns, range 0 "
    "to 255, no early end"
)


def preset_defaults(arguments: list[str], presets: dict[str, dict[str, object]]) -> dict[str, object]:
    """The defaults of the preset that the arguments name, none where they name none.

    Flags that are given count before them, since these are defaults. An unknown name is left to the parser.
    """
    return presets.get(given(arguments, "--preset"), {})
