"""A request as a command: the command asks for the same request again."""

import shlex
from dataclasses import replace

import pytest

from core.config import AugmentConfig, NetConfig, ScalingConfig, TrainConfig
from core.experiments.requests.command_line import command_of, parser_of, request_of
from core.experiments.requests.plan import (
    CompareRequest,
    CrossValidateRequest,
    Recipe,
    SyntheticRequest,
    ThresholdRequest,
    TuneRequest,
    kind_of,
)
from core.imaging.class_table import table_of_names
from core.imaging.image_reading import ALL
from core.training.presets import AUGMENT_PRESETS

NONE = AUGMENT_PRESETS["none"]
RECIPE = Recipe(
    net=NetConfig(input_channels=0, base_filters=8, depth=3, dropout=0.25),
    settings=TrainConfig(
        epochs=7, image_size=(64, 96), batch_size=2, seed=3, patience=0, loss="dice", val_part=0.25
    ),
    augment=replace(NONE, rotation=12.5, flip_vertical=0.5),
    scaling=ScalingConfig("range", 0.0, 65535.0),
    flips=("horizontal",),
)
CELLS = table_of_names(["background", "the cell", "nucleus", "undefined"])
SEARCH = Recipe(net=NetConfig(input_channels=0), settings=TrainConfig(epochs=4, patience=0), augment=NONE)


@pytest.mark.parametrize(
    "request_",
    [
        CompareRequest("/data/lungs of Kim", arms=("unet", "fcn"), recipe=RECIPE, score_split="test"),
        CompareRequest("lungs", recipe=replace(RECIPE, augment=AugmentConfig(), flips=()), tolerance=3.0),
        CrossValidateRequest("lungs", folds=3, arms=("fcn",), recipe=RECIPE, group_column="patient"),
        CrossValidateRequest(
            "s", recipe=RECIPE, mask_values=("1", "undefined=255"), read_channel=2, units="grey"
        ),
        TuneRequest(
            "lungs", recipe=SEARCH, trials=4, timeout_minutes=2.5, base_filters=(4, 8), pruner="none"
        ),
        TuneRequest("lungs", recipe=SEARCH),
        CompareRequest(
            "cells", recipe=replace(RECIPE, net=replace(RECIPE.net, num_classes=3), classes=CELLS)
        ),
        SyntheticRequest(
            num_images=12, side=16, folds=2, bits=8, recipe=replace(RECIPE, scaling=ScalingConfig())
        ),
        ThresholdRequest("lungs", "models/lung_xray", split="test", test_log="tests.csv"),
        ThresholdRequest("lungs", "models/lung_xray", mask_values=("union",), read_channel=ALL, units="grey"),
    ],
    ids=kind_of,
)
def test_command_asks_for_the_same_request(request_):
    command = command_of(request_)
    head, arguments = shlex.split(command)[:3], shlex.split(command)[3:]
    assert head == ["python", "-m", "core.experiments"]
    kind, rest = arguments[0], arguments[1:]
    parser = parser_of(kind)
    again = request_of(parser, kind, parser.parse_args(rest), arguments)
    if isinstance(request_, SyntheticRequest):
        # The side of the images is that of the network, whatever the recipe says.
        settings = replace(request_.recipe.settings, image_size=(request_.side, request_.side))
        request_ = replace(request_, recipe=replace(request_.recipe, settings=settings))
    assert again == replace(request_, command=command)


def test_noise_is_square(capsys):
    parser = parser_of("synthetic")
    with pytest.raises(SystemExit, match="2"):
        request_of(parser, "synthetic", parser.parse_args(["--image_size", "32x64"]), [])
    assert "noise is square" in capsys.readouterr().err


def test_what_the_command_has_by_default_is_left_out():
    given = CompareRequest("lungs", recipe=Recipe(NetConfig(input_channels=0), TrainConfig(epochs=30)))
    assert command_of(given) == "python -m core.experiments compare --data_dir lungs"
