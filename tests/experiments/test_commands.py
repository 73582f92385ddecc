"""`python -m core.experiments`: flags to requests, one sentence and exit code 2 for what is wrong."""

import re
from pathlib import Path

import pytest

from core.experiments.__main__ import main
from core.experiments.requests.command_line import parser_of, request_of
from core.experiments.requests.plan import (
    KINDS,
    CompareRequest,
    CrossValidateRequest,
    ThresholdRequest,
    TuneRequest,
)

PROJECT = Path(__file__).resolve().parents[2]


def asked(kind, *words):
    parser = parser_of(kind)
    return request_of(parser, kind, parser.parse_args(words), [kind, *words])


def refused(capsys, *words):
    with pytest.raises(SystemExit) as exit_:
        main(list(words))
    assert exit_.value.code == 2
    said = capsys.readouterr().err.strip()
    assert len(said.splitlines()) == 1
    return said


def test_flags_become_a_request():
    request = asked(
        "compare", "--data_dir", "set", "--arms", "unet", "fcn", "--epochs", "3", "--tolerance", "2"
    )
    assert isinstance(request, CompareRequest)
    assert (request.data_dir, request.arms, request.tolerance) == ("set", ("unet", "fcn"), 2.0)
    assert request.recipe.settings.epochs == 3
    assert request.command == (
        "python -m core.experiments compare --data_dir set --arms unet fcn --epochs 3 --tolerance 2"
    )


def test_defaults_are_those_of_the_plan():
    request = asked("cross_validate", "--data_dir", "set")
    plain = CrossValidateRequest("set")
    assert (request.folds, request.arms, request.group_column) == (
        plain.folds,
        plain.arms,
        plain.group_column,
    )
    assert asked("threshold_sweep", "--data_dir", "set", "--model_path", "m") == ThresholdRequest(
        "set", "m", command="python -m core.experiments threshold_sweep --data_dir set --model_path m"
    )
    found = asked("synthetic")
    assert found.recipe.settings.batch_size == 4
    assert found.recipe.net.depth == 1


def test_classes_are_those_of_the_masks_and_of_the_network():
    request = asked("cross_validate", "--data_dir", "set", "--classes", "ground", "grey", "undefined")
    assert (request.recipe.classes.names, request.recipe.classes.has_undefined) == (("ground", "grey"), True)
    assert request.recipe.net.num_classes == 2


def test_a_search_takes_ranges_and_choices():
    request = asked(
        *("tune", "--data_dir", "set", "--learning_rate", "0.001", "0.1", "--base_filters", "4", "8", "4"),
        *("--augment", "none", "--loss", "dice", "--trials", "7"),
    )
    assert isinstance(request, TuneRequest)
    assert (request.learning_rate, request.base_filters, request.trials) == ((0.001, 0.1), (4, 8), 7)
    assert (request.augment_presets, request.losses) == (("none",), ("dice",))


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "name one of compare"),
        (("guess",), "there is no experiment 'guess'"),
        (("compare",), "required: --data_dir"),
        (("compare", "--data_dir", "x", "--epochs", "0"), "whole number from 1"),
        (("compare", "--data_dir", "x", "--arms", "vgg"), "invalid choice"),
        (("compare", "--data_dir", "x", "--augment", "wild"), "begins with one of"),
        (("cross_validate", "--data_dir", "x", "--folds", "1"), "whole number from 2"),
        (("tune", "--data_dir", "x", "--scaling_low", "9", "--scaling_high", "1"), "must be below"),
        (("threshold_sweep", "--data_dir", "x"), "required: --model_path"),
        (("threshold_sweep", "--data_dir", "x", "--classes", "a", "b"), "unrecognized arguments: --classes"),
    ],
)
def test_what_is_wrong_is_one_sentence(capsys, words, sentence):
    assert sentence in refused(capsys, *words)


def test_help_names_every_kind(capsys):
    assert main(["--help"]) == 0
    said = capsys.readouterr().out
    assert all(kind in said for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_help_can_be_printed_with_its_example(kind):
    said = parser_of(kind).format_help()
    assert f"python -m core.experiments {kind}" in said


def test_the_guide_names_every_flag():
    guide = (PROJECT / "docs" / "experiments.md").read_text(encoding="utf-8")
    flags = {
        flag
        for kind in KINDS
        for action in parser_of(kind)._actions
        for flag in action.option_strings
        if flag.startswith("--") and flag != "--help"
    }
    assert sorted(flag for flag in flags if not re.search(f"`{flag}\\b", guide)) == []
