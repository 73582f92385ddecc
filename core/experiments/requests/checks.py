"""Requests that could not be done, refused before anything is read or written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.config import NetConfig
from core.errors import AppError
from core.experiments.requests.plan import (
    ARM_WORDS,
    CompareRequest,
    CrossValidateRequest,
    OnData,
    Recipe,
    Request,
    SyntheticRequest,
    ThresholdRequest,
    TuneRequest,
    arm_net,
)
from core.experiments.runs.study import check_space
from core.imaging.mask_files.mask_values import mask_values


def check_request(request: Request) -> None:
    """Refuse arms that are unknown or named twice, and folds, trials, values or sizes that cannot be."""
    if isinstance(request, CrossValidateRequest | SyntheticRequest) and request.folds < 2:
        raise AppError("{folds} folds divide nothing; take at least 2.", folds=request.folds)
    if isinstance(request, OnData) and request.mask_values:
        mask_values(request.mask_values)
    match request:
        case CompareRequest(arms=arms) | CrossValidateRequest(arms=arms):
            if not arms or len(set(arms)) < len(arms):
                raise AppError(
                    "Name at least one of {arm_words}, and each of them once.", arm_words=", ".join(ARM_WORDS)
                )
            if request.tolerance is not None and request.tolerance < 0:
                raise AppError(
                    "The tolerance of boundary F1 is 0 or more pixels, got {tolerance:g}.",
                    tolerance=request.tolerance,
                )
            nets = [arm_net(request.recipe.net, arm) for arm in arms]
            _check_training(nets, request.recipe)
        case SyntheticRequest(num_images=num_images, side=side):
            if num_images < 2 or side < 8:
                raise AppError(
                    "Noise needs at least 2 images of 8 pixels a side, got {num_images} of {side}.",
                    num_images=num_images,
                    side=side,
                )
            if request.recipe.classes is not None:
                raise AppError("The masks of noise have one foreground; leave out the classes.")
            _check_training([request.recipe.net], request.recipe, image_size=(side, side))
        case TuneRequest():
            check_space(request)
            for loss in request.losses:
                _check_training([request.recipe.net], request.recipe, loss=loss)
        case ThresholdRequest():
            return


def _check_training(nets: Sequence[NetConfig], recipe: Recipe, **changes: Any) -> None:
    settings = replace(recipe.settings, **changes)
    num_classes = 1 if recipe.classes is None else len(recipe.classes)
    if wrong := [net.num_classes for net in nets if net.num_classes != num_classes]:
        tells = "one foreground" if wrong[0] == 1 else f"{wrong[0]} classes"
        named = "no classes are" if recipe.classes is None else f"{num_classes} classes are"
        raise AppError(
            "The network tells {tells}, but {named} named; name each by --classes.", tells=tells, named=named
        )
    from core.training.quiet_start import start_keras

    start_keras()
    from core.nets.sizes import check_size
    from core.training.augment import changed_size
    from core.training.losses import get_loss

    try:
        get_loss(settings.loss, num_classes)
        for net in nets:
            for size in (settings.image_size, changed_size(recipe.augment, settings.image_size)):
                check_size(net, size)
    except ValueError as error:
        raise AppError("This cannot be trained: {error}.", error=error) from None
