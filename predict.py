"""Predict the masks of images: the command around `core.workflows.predict.predict_many`."""

from __future__ import annotations

import sys

from core.commands import EXIT_WRONG_INPUT, Parser, number, run
from core.commands.progress import ImageBar
from core.commands.shared_flags import add_shared
from core.commands.task import add_task_flag, given
from core.language import say
from core.language.sentence import print_sentence, said

DESCRIPTION = """\
Predict the mask of an image, of every image in a folder, or of those that a pattern finds.

Images: PNG, JPEG, TIFF (8 and 16 bit), BMP, WebP, GIF, PNM, DICOM, NIfTI, of any size. Written for
each, at its own size: NAME_mask.png (0 and 255; of a model of several classes their indices)
and NAME_overlay.png; and areas.csv with the pixels and the percentage of each mask. With a
single image, OUTPUT_PATH may be a file name ending in .png; overlay and CSV then lie beside
it.

A file of many pictures (TIFF pages, NIfTI, multi-frame DICOM, GIF) is predicted slice by slice
and given back as one volume of class indices that lies where it lies: NAME_mask.nii.gz, or
NAME_mask.tif where no place is known. The slices of a DICOM series in files of their own get
their PNGs, and NAME_series_mask.nii.gz for all of them.

Files of the same name are replaced. Images, model and output may lie at an address such
as gs://bucket/folder.

A file that cannot be used is named on stderr, the others go on, and the exit code is 2."""

EXAMPLES = """\
  python predict.py --image_path xray.png --model_path saved_model/unet_model.h5 --output_path out
  python predict.py --image_path xray.png --model_path models/lung_xray --output_path mask.png
  python predict.py --image_path "scans/*.dcm" --model_path models/lung_ct --output_path out"""


def build_parser() -> Parser:
    """The flags."""
    parser = Parser(DESCRIPTION, EXAMPLES)
    add = parser.add_argument
    add_task_flag(parser)
    add("--image_path", required=True, help="image, folder, or pattern in quotes; here or at an address")
    add("--model_path", required=True, help="weights file (.keras, .h5) or model folder")
    add("--output_path", default="predictions", help="folder, or NAME.png for one image")
    add("--threshold", type=number(0, 1), help="instead of the card's")
    add_shared(parser, "read_channel")
    add_shared(parser, "units")
    return parser


def main(arguments: list[str]) -> int:
    """Predict as the arguments say; the exit code."""
    if given(arguments, "--task") == "classify":
        from core.commands import classify

        return classify.predict(arguments)
    options = build_parser().parse_args(arguments)

    from core.imaging.image_reading import ImageReading
    from core.workflows.predict.places import open_places
    from core.workflows.predict.predict_many import PredictRequest, predict_many

    with open_places() as places:
        request = PredictRequest(
            places.local_images(options.image_path),
            places.local_model(options.model_path),
            places.results(options.output_path),
            threshold=options.threshold,
            reading=ImageReading(options.read_channel, options.units),
        )
        with ImageBar(say("predicting")) as bar:
            outcome = predict_many(request, on_progress=bar)
        places.saved()
    for sentence in (*outcome.notes, *outcome.problems):
        print(said(sentence), file=sys.stderr)
    for row in outcome.predicted:
        number = "" if row.slice is None else f" #{row.slice}"
        print(f"{places.as_asked(row.mask)}{number}  {row.foreground_percent:.2f} %")
    if outcome.areas is not None:
        print_sentence(
            "Areas of {num_predicted} images: {as_asked}",
            num_predicted=len(outcome.predicted),
            as_asked=places.as_asked(outcome.areas),
        )
    return EXIT_WRONG_INPUT if outcome.problems else 0


if __name__ == "__main__":
    run(main)
