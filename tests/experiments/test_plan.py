"""Requests: every kind goes to JSON and back unchanged, and what this version does not know is refused."""

import json

import pytest

from core.config import NetConfig
from core.errors import AppError
from core.experiments.requests.naming import title_of
from core.experiments.requests.plan import (
    KINDS,
    CompareRequest,
    CrossValidateRequest,
    Recipe,
    SyntheticRequest,
    ThresholdRequest,
    TuneRequest,
    arm_net,
    kind_of,
    request_from_json,
    request_to_json,
)
from core.imaging.class_table import table_of_names

REQUESTS = [
    CompareRequest("data/lung", arms=("fcn", "unet"), score_split="test"),
    CrossValidateRequest("data/lung", folds=3, group_column="patient"),
    TuneRequest("data/lung", base_filters=(4, 8), dropout=(0.0, 0.1)),
    SyntheticRequest(num_images=10),
    ThresholdRequest("data/lung", "models/lung_xray"),
    CompareRequest(
        "data/cells", recipe=Recipe(net=NetConfig(num_classes=2), classes=table_of_names(["no", "yes"]))
    ),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=kind_of)
def test_a_request_goes_to_json_and_back(request_):
    assert request_from_json(json.loads(json.dumps(request_to_json(request_)))) == request_


def test_a_request_of_before_sizes_had_two_sides_means_a_square():
    values = json.loads(json.dumps(request_to_json(REQUESTS[1])))
    values["settings"]["recipe"]["settings"]["image_size"] = 192
    assert request_from_json(values).recipe.settings.image_size == (192, 192)


def test_every_kind_is_tried_here():
    assert {kind_of(each) for each in REQUESTS} == set(KINDS)


def test_an_unknown_kind_is_one_sentence():
    with pytest.raises(AppError, match="no experiment of the kind 'guess'"):
        request_from_json({"kind": "guess", "settings": {}})


def test_a_setting_of_another_version_is_one_sentence():
    with pytest.raises(AppError, match="no setting colour"):
        request_from_json({"kind": "compare", "settings": {"data_dir": "x", "colour": 1}})


def test_an_arm_changes_the_architecture_and_nothing_else():
    net = NetConfig(depth=2, base_filters=4)
    assert arm_net(net, "fcn") == NetConfig(architecture="fcn", depth=2, base_filters=4)
    assert arm_net(net, "unet_valid").padding == "valid"
    with pytest.raises(AppError, match="no network 'vgg'"):
        arm_net(net, "vgg")


def test_titles_name_the_data_folder():
    assert title_of(REQUESTS[0]) == "FCN (no skips) against U-Net on lung"
