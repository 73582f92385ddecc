"""Train a network on a folder of images with masks: the command around `core.workflows.learn.train_model`."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from core.commands import Parser, run
from core.commands.progress import TrainingDisplay
from core.commands.segment_presets import SEGMENT_PRESETS, preset_defaults
from core.commands.task import given
from core.commands.train_flags import build_parser
from core.commands.train_options import classes_of, net_config, scaling_config, settings_of
from core.config import TrainConfig
from core.image_size import format_size
from core.language.sentence import Sentence, print_sentence
from core.storage import is_address
from core.training.presets import augment_config

if TYPE_CHECKING:
    from core.cards import ModelCard
    from core.workflows.learn.train_model import TrainOutcome, Watchers
    from core.workflows.learn.training_card import TrainRequest
    from core.workflows.predict.places import Places

# A run once more differs from the first one in where and how it runs only.
RERUN_FLAGS = {
    *("--rerun", "--data_dir", "--output_dir", "--resume"),
    *("--accelerator", "--tensorboard"),
}


def main(arguments: list[str]) -> int:
    """Train as the arguments say; the exit code."""
    if given(arguments, "--task") == "classify":
        from core.commands import classify

        return classify.train(arguments)
    if given(arguments, "--task") == "click":
        from core.commands import clicks

        return clicks.train(arguments)
    parser = build_parser()
    parser.set_defaults(**preset_defaults(arguments, SEGMENT_PRESETS))
    options = parser.parse_args(arguments)
    if options.rerun is None and options.data_dir is None:
        parser.error(Sentence("--data_dir is required, or --rerun"))
    if options.rerun is not None:
        flags = {word.split("=")[0] for word in arguments if word.startswith("--")}
        if foreign := sorted(flags - RERUN_FLAGS):
            told = Sentence("--rerun trains as the run did, so {flag} cannot be given too", flag=foreign[0])
            parser.error(told)

    from core.workflows.predict.places import open_places

    with open_places() as places:
        command = shlex.join(["python", "train.py", *arguments])
        if options.rerun is not None:
            return _rerun(options, places, command)
        request = _request(parser, options, places, command)
        if options.preview_augmentation is not None:
            return _preview(request, options.preview_augmentation)
        from core.workflows.learn.train_model import train_model

        return _run(lambda watchers: train_model(request, watchers), options, places)


def _request(parser: Parser, options: Namespace, places: Places, command: str) -> TrainRequest:
    from core.imaging.mask_files.mask_values import mask_values
    from core.workflows.learn.training_card import TrainRequest, read_base_card

    start_from = None if options.init_from is None else places.local_model(options.init_from)
    base = None if start_from is None else read_base_card(start_from)
    try:
        classes = classes_of(options, base)
        net = net_config(options, base, classes)
        scaling = scaling_config(options, base)
        augment = augment_config(options.augment)
    except ValueError as error:
        parser.error(error)
    if classes is not None and options.mask_values is not None:
        parser.error(Sentence("--mask_values is about masks of one foreground; leave it out, or --classes"))
    if options.refit and net.num_classes == 1 and options.threshold is None:
        parser.error(Sentence("--refit validates nothing, so it needs --threshold: that of the run before"))
    size = options.image_size or (base.image_size if base else TrainConfig.image_size)
    # The other networks are asked when Keras is there.
    wrong = [side for side in size if side % 2**net.depth]
    if wrong and net.padding == "same" and net.architecture != "fcn8s":
        parser.error(
            Sentence(
                "of --image_size {size}, {side} is not a multiple of 2**depth = {multiple}",
                size=format_size(size),
                side=wrong[0],
                multiple=2**net.depth,
            )
        )
    # Before the data, which may take long to fetch.
    output_dir = places.run_folder(options.output_dir, resume=options.resume)
    return TrainRequest(
        data_dir=places.local(options.data_dir),
        output_dir=output_dir,
        name=options.name,
        net=net,
        classes=classes,
        mask_values=None if options.mask_values is None else mask_values(options.mask_values),
        channel=options.read_channel,
        units=options.units,
        settings=settings_of(options, size),
        augment=augment,
        scaling=scaling,
        remove_hair=options.remove_hair or (base is not None and base.remove_hair),
        flips=tuple(dict.fromkeys(options.test_flips)),
        threshold=options.threshold,
        refit=options.refit,
        start_from=start_from,
        about=options.about,
        command=command,
        resume=options.resume,
        accelerator=options.accelerator,
        tensorboard=options.tensorboard,
        group_column=options.group_column,
        group_pattern=options.group_pattern,
        data_source=options.data_dir if is_address(options.data_dir) else "",
    )


def _rerun(options: Namespace, places: Places, command: str) -> int:
    from core.workflows.learn.rerun import rerun

    output_dir = places.run_folder(options.output_dir, resume=options.resume)

    def change(request: TrainRequest) -> TrainRequest:
        data = options.data_dir or request.data_source or str(request.data_dir)
        return replace(
            request,
            data_dir=places.local(data),
            data_source=data if is_address(data) else "",
            output_dir=output_dir,
            command=command,
            resume=options.resume,
            accelerator=options.accelerator,
            tensorboard=options.tensorboard,
        )

    run_dir = places.local_record(options.rerun)
    return _run(lambda watchers: rerun(run_dir, change, watchers), options, places)


def _run(train: Callable[[Watchers], TrainOutcome[ModelCard]], options: Namespace, places: Places) -> int:
    with TrainingDisplay() as display:
        outcome = train(replace(display.watchers(), on_saved=places.saved))
    places.saved()
    if outcome.previous is not None:
        print_sentence(
            "The files of an earlier run are now in {as_asked}.",
            as_asked=places.as_asked(outcome.previous),
        )
    if outcome.stopped:
        print_sentence(
            "The run was stopped; the same command with --resume goes on from the last whole epoch."
        )
    print_sentence(
        "Epoch {best_epoch} of {num_epochs} was kept.",
        best_epoch=outcome.best_epoch,
        num_epochs=outcome.num_epochs,
    )
    for name, score in outcome.card.validation.items():
        print_sentence(
            "  validation {name:<10} {mean:.4f}  ({low:.4f} to {high:.4f})",
            name=name,
            mean=score.mean,
            low=score.low,
            high=score.high,
        )
    print_sentence("  threshold             {threshold:.2f}", threshold=outcome.card.threshold)
    weights = f"{options.output_dir.rstrip('/')}/{outcome.weights.stem}"
    print_sentence("Wrote {weights}.keras and {weights}.h5 with their card.", weights=weights)
    return 0


def _preview(request: TrainRequest, path: Path) -> int:
    from core.workflows.learn.preview_augmentation import preview_augmentation

    names = preview_augmentation(request, path)
    print_sentence("Wrote {path}, from top to bottom: {names}.", path=path, names=", ".join(names))
    return 0


if __name__ == "__main__":
    run(main)
