"""The flags of `--task classify`, and what they make: a source of labelled images, settings of a run."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from core.classifier_cards import VIEWS, ClassifyConfig
from core.commands import Parser, number, whole_number
from core.commands.segment_presets import preset_defaults
from core.commands.shared_flags import add_shared
from core.commands.task import add_task_flag
from core.datasets.labels import parse_merged
from core.language.sentence import Sentence
from core.storage import is_address
from core.training.presets import augment_config
from core.workflows.learn.classify_data import LabelSource
from core.workflows.predict.places import Places

BACKBONES = ("mobilenet_v3_small", "resnet50", "small")
PRESETS: dict[str, dict[str, object]] = {
    "ham10000": {
        "backbone": "resnet50",
        "optimizer": "sgd",
        "schedule": "constant",
        "learning_rate": 0.001,
        "batch_size": 64,
        "loss": "cross_entropy",
        "patience": 50,
        "no_class_weights": True,
        "frozen_epochs": 0,
        "epochs": 200,
        "image_size": 224,
        "augment": ["turns"],
    }
}
"""ham10000, as the published ResNet-50 was trained: SGD 0.001, momentum 0.9, batch 64, cross-entropy,
patience 50 on the validation loss. Not stated there and chosen here: at most 200 epochs, 224 pixels, the
augmentation "turns", a constant rate, all layers from the start, every label of equal weight."""

PRESET_HELP = (
    "defaults of a published run. ham10000: ResNet-50, SGD 0.001, momentum 0.9, batch 64, cross-entropy, "
    "patience 50; chosen here: 200 epochs, 224 pixels, turns, constant rate, no frozen epochs, no class "
    "weights"
)

TRAIN = """\
Train a classifier on labelled images.

The images lie in DATA_DIR/{train,val,test}/images; labels.csv with the columns image and label
lies in each of the three or in DATA_DIR (a column lesion_id or patient_id keeps images of one
lesion or patient together). Written to OUTPUT_DIR, which is then the classifier: model.keras,
card.json, history.csv, run.json. Temperature and alert threshold are fitted on validation."""

EVALUATE = """\
Score a classifier on labelled images.

Printed: accuracy, balanced accuracy, precision, recall, F1 and ROC AUC of each label, recall
and specificity of the alert label (melanoma) at the card's threshold, each with a bootstrap
95 % interval, beside the commonest label and chance; and the confusion matrix. Data, classifier
and the file of --json may lie at an address such as gs://bucket/folder."""

PREDICT = """\
Tell the labels of an image, of every image in a folder, or of those that a pattern finds.

Written: labels.csv with the label, the probability of each label and, where the classifier has
an alert label, whether its probability reaches the threshold. With --masks_from a segmentation
model, masks, overlays and areas.csv lie beside it. Images, models and output may lie at an
address such as gs://bucket/folder. This is no diagnosis."""


def train_parser(arguments: list[str]) -> Parser:
    """The flags of train.py; the defaults are those of the preset that the arguments name, if any."""
    parser = Parser(
        TRAIN,
        "  python train.py --task classify --data_dir dataset --input crop --merge SK=Other_SC\n"
        "  python train.py --task classify --preset ham10000 --data_dir ham10000",
    )
    add_task_flag(parser)
    parser.add_argument("--preset", choices=tuple(PRESETS), help=PRESET_HELP)
    add_source_flags(parser)
    add = parser.add_argument
    add("--output_dir", type=Path, default=Path("saved_classifier"), help="the classifier's folder")
    add("--input", choices=VIEWS, default="whole", help="whole image, lesion on black, or square around it")
    add("--alert_label", help="label that must not be missed (default: MEL where there is one)")
    add("--init_from", type=Path, help="classifier's folder to go on from: its labels, input and network")
    add("--about", type=Path, help="JSON for the card: title, data, licence, limits_of_use, label_titles")
    add_settings_flags(parser)
    parser.set_defaults(**preset_defaults(arguments, PRESETS))
    return parser


def evaluate_parser() -> Parser:
    """The flags of evaluate.py."""
    parser = Parser(
        EVALUATE,
        "  python evaluate.py --task classify --data_dir dataset --model_path saved_classifier --split test",
    )
    add_task_flag(parser)
    add_source_flags(parser)
    add = parser.add_argument
    add("--model_path", required=True, help="the classifier's folder")
    add("--split", choices=("train", "val", "test"), default="test", help="which split is scored")
    add("--threshold", type=number(0, 1), help="of the alert label, instead of the card's")
    add("--json", metavar="FILE", help="write all scores there, those of each image too")
    add("--test_log", metavar="FILE", help="CSV that gets a line if test is scored")
    add("--update_card", action="store_true", help="keep the scores in the classifier's card")
    return parser


def predict_parser() -> Parser:
    """The flags of predict.py."""
    parser = Parser(
        PREDICT,
        "  python predict.py --task classify --image_path IMAGE --model_path models/skin_lesion_class \\\n"
        "      --masks_from models/skin_lesion --output_path out",
    )
    add_task_flag(parser)
    add = parser.add_argument
    add("--image_path", required=True, help="image, folder, or pattern in quotes; here or at an address")
    add("--model_path", required=True, help="the classifier's folder")
    add("--output_path", default="predictions", help="folder, or NAME.png for one image")
    add("--masks_from", help="segmentation model, whose masks are written too, or folder of masks")
    add("--threshold", type=number(0, 1), help="of the alert label, instead of the card's")
    add("--explain", action="store_true", help="write a picture of what spoke for the label (Grad-CAM)")
    return parser


def add_source_flags(parser: Parser) -> None:
    """Where labelled images and masks come from."""
    add = parser.add_argument
    add("--data_dir", required=True, help="folder with train/, val/, test/")
    add("--labels", type=Path, metavar="CSV", help="table of labels instead of labels.csv")
    add("--merge", nargs="+", default=[], metavar="OLD=NEW", help="labels that count as another, SK=Other_SC")
    add(
        "--masks_from",
        help="segmentation model, folder of masks, or cross-validation whose out-of-fold masks are taken, "
        "for masked and crop inputs (default: the data's masks)",
    )


def add_settings_flags(parser: Parser) -> None:
    """How a classifier is trained."""
    group = parser.add_argument_group("the run")
    add = group.add_argument
    base = ClassifyConfig()
    add("--backbone", choices=BACKBONES, default=base.backbone, help="the network before the last layer")
    add("--encoder", type=Path, help="segmentation model whose halving side is the backbone instead")
    add("--no_pretrained", action="store_true", help="from scratch, not from ImageNet weights")
    add(
        "--image_size",
        type=whole_number(32, 1024),
        default=base.image_size,
        help="side of the input in pixels",
    )
    add(
        "--frozen_epochs",
        type=whole_number(0),
        default=base.frozen_epochs,
        help="first ones, last layer alone",
    )
    add_shared(group, "epochs", "batch_size", "learning_rate", "optimizer", "schedule", "seed", of=base)
    add_shared(
        group,
        "patience",
        of=base,
        help="epochs without a lower validation loss before a run ends; 0 for never",
    )
    add_shared(group, "loss", of=base, choices=("cross_entropy", "focal"))
    add("--no_class_weights", action="store_true", help="let rare labels weigh no more than others")
    add_shared(group, "dropout", of=base, help="before the last layer")
    add("--val_part", type=number(0, 0.5), default=base.val_part, help="part of train, without a val folder")
    add(
        "--alert_recall",
        type=number(0.01, 1),
        default=base.alert_recall,
        help="that the alert threshold keeps",
    )
    add("--margin", type=number(0, 2), default=0.2, help="of a crop, part of the lesion's larger side")
    add("--remove_hair", action="store_true", help="remove hair before anything else")
    add_shared(group, "test_flips")
    add_shared(group, "augment", default=["turns"])


def source_of(options: Namespace, places: Places | None = None) -> LabelSource:
    """What `add_source_flags` asked for.

    Args:
        places: Fetches what lies at an address; None where only this machine's folders are taken.

    Raises:
        AppError: There is nothing at an address, or it cannot be reached.
        ValueError: A merged label that is not written OLD=NEW, an address where none is taken.
    """
    merged = parse_merged(options.merge)
    if places is not None:
        masks_from = None if options.masks_from is None else places.local_model(options.masks_from)
        return LabelSource(places.local(options.data_dir), options.labels, merged, masks_from)
    for place in (options.data_dir, options.masks_from):
        if place is not None and is_address(place):
            raise ValueError(
                Sentence(
                    "classifiers are trained on folders of this machine, got {place}; copy it here",
                    place=place,
                )
            )
    masks_from = None if options.masks_from is None else Path(options.masks_from)
    return LabelSource(Path(options.data_dir), options.labels, merged, masks_from)


def settings_of(options: Namespace) -> ClassifyConfig:
    """What `add_settings_flags` asked for."""
    given = {
        field.name: getattr(options, field.name)
        for field in fields(ClassifyConfig)
        if hasattr(options, field.name)
    }
    settings = ClassifyConfig(**given)
    return replace(settings, pretrained=not options.no_pretrained, class_weights=not options.no_class_weights)


def request_of(options: Namespace, command: str) -> dict[str, Any]:
    """What the flags say of a `LabelRequest`, by name.

    Raises:
        ValueError: A merged label that is not written OLD=NEW, an address, or an augmentation that is none.
    """
    augment = augment_config(options.augment)
    if augment.crop:
        raise ValueError(Sentence("labels are of whole images; leave crop out of --augment"))
    return {
        "source": source_of(options),
        "margin": options.margin,
        "settings": settings_of(options),
        "augment": augment,
        "remove_hair": options.remove_hair,
        "flips": tuple(dict.fromkeys(options.test_flips)),
        "alert_label": options.alert_label,
        "encoder": options.encoder,
        "command": command,
    }
