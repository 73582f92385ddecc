"""`python -m core.commands.export masks TASK` or `model MODEL`: what a person made leaves, as a zip."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.commands import Parser, run
from core.commands.progress import ImageBar
from core.config import workspace_dir
from core.errors import AppError
from core.language import say
from core.language.sentence import print_sentence

DESCRIPTION = """\
Take saved masks, or a model, away as a zip.

masks TASK: the saved masks of a task in one format, with provenance.json. A DICOM
segmentation carries what its image says about the patient; no other format does.
model MODEL: a folder such as models/lung_xray, or a weights file with its card, as
Keras, ONNX and OpenVINO, with a README, a test and a script that needs onnxruntime alone."""

EXAMPLES = """\
  python -m core.commands.export masks lung_xray --format coco --out masks.zip
  python -m core.commands.export masks lung_ct --format nifti --approved --workspace workspace
  python -m core.commands.export model models/lung_xray --out lung_xray.zip"""


def build_parser() -> Parser:
    """The flags."""
    from core.workflows.export.export_files import FORMATS

    parser = Parser(DESCRIPTION, EXAMPLES)
    parser.add_argument("what", choices=("masks", "model"), help="what leaves")
    parser.add_argument(
        "name", metavar="NAME", help="the task's short name as in the page's address, or MODEL"
    )
    parser.add_argument("--format", choices=FORMATS, default="training", help="of masks")
    parser.add_argument("--approved", action="store_true", help="only masks that a reviewer approved")
    parser.add_argument("--out", type=Path, metavar="FILE", help="the zip; NAME_FORMAT.zip here by default")
    parser.add_argument(
        "--workspace", type=Path, default=workspace_dir(), help="its folder, WORKSPACE_DIR by default"
    )
    return parser


def main(arguments: list[str]) -> int:
    """0 where all of it was written, 1 where something was left out."""
    options = build_parser().parse_args(arguments)
    left_out = _masks(options) if options.what == "masks" else _model(options)
    for sentence in left_out:
        print(sentence, file=sys.stderr)
    return 1 if left_out else 0


def _masks(options: argparse.Namespace) -> tuple[str, ...]:
    from core.workflows.export.export_files import export_files
    from core.workflows.export.packing import Selection
    from core.workspace import Workspace

    if not options.workspace.is_dir():
        raise AppError(
            "There is no workspace at {workspace}; give its folder with --workspace.",
            workspace=options.workspace,
        )
    with Workspace.open(options.workspace) as workspace, ImageBar(say("Packing")) as bar:
        task = workspace.tasks.get(options.name)
        selection = Selection(task.id, "approved" if options.approved else "saved")
        path = options.out or Path(f"{task.slug}_{options.format}.zip")
        export = export_files(workspace, selection, options.format, path=path.absolute(), on_progress=bar)
    print_sentence("{count} mask(s) are in {path}.", count=export.num_images, path=path)
    return export.notes


def _model(options: argparse.Namespace) -> tuple[str, ...]:
    from core.workflows.export.export_model import export_model

    model = Path(options.name)
    path = options.out or Path(f"{model.stem}.zip")
    left_out = export_model(model, path.absolute())
    print_sentence("The model is in {path}.", path=path)
    return left_out


if __name__ == "__main__":
    run(main)
