"""`python -m core.experiments hair`: what removing hair and drawing it in does to the IoU of models."""

from __future__ import annotations

import shlex
from dataclasses import asdict
from pathlib import Path

from core.cards import Score
from core.commands import Parser, number
from core.commands.progress import ImageBar
from core.evaluation.test_log import LOG_NAME, Scoring, check_log, log_scorings
from core.files import write_json, write_whole
from core.language import say
from core.workflows.measure.hair_table import HairRow, HairTable, hair_table

DESCRIPTION = """\
Score segmentation models on images with hair and without, apart.

An image counts as hairy when at least --hair_part of it is found to be hair. Train the models
first, with the same settings but for --remove_hair and hair=... in --augment."""

EXAMPLES = """\
  python -m core.experiments hair --data_dir dataset --split val --models plain removed drawn both"""


def hair(arguments: list[str]) -> int:
    """Do what the arguments say; the exit code."""
    parser = Parser(DESCRIPTION, EXAMPLES)
    parser.prog = "python -m core.experiments hair"
    add = parser.add_argument
    add("--data_dir", type=Path, required=True, help="folder with train/, val/, test/")
    add("--split", choices=("train", "val", "test"), default="val", help="which split is scored")
    add(
        "--models",
        nargs="+",
        type=Path,
        required=True,
        help="model folders or weights files; the first is compared to",
    )
    add("--threshold", type=number(0, 1), help="instead of each card's")
    add("--hair_part", type=number(0, 1), default=0.01, help="part of a hairy image that is hair, at least")
    add("--test_log", type=Path, metavar="FILE", help="CSV that gets a line a model if test is scored")
    add("--output_dir", type=Path, help="folder for hair.md and hair.json (default: only printed)")
    options = parser.parse_args(arguments)
    own_log = None if options.output_dir is None else options.output_dir / LOG_NAME
    logs = [path for path in (options.test_log, own_log) if path is not None]
    for log in logs:
        check_log(log)
    with ImageBar(say("scoring")) as bar:
        table = hair_table(
            options.data_dir,
            options.split,
            options.models,
            part=options.hair_part,
            threshold=options.threshold,
            on_progress=bar,
        )
    if options.split == "test":
        command = shlex.join(["python", "-m", "core.experiments", "hair", *arguments])
        for log in logs:
            log_scorings(log, _scorings(table, str(options.data_dir), command))
    text = markdown(table)
    print(text)
    if options.output_dir is not None:
        write_whole(options.output_dir / "hair.md", text.encode())
        rows = [{**asdict(row), "model": str(row.model), "card": row.card.name} for row in table.rows]
        write_json(options.output_dir / "hair.json", {**asdict(table), "rows": rows})
    return 0


def _scorings(table: HairTable, data_dir: str, command: str) -> list[Scoring]:
    num_images = table.num_with_hair + table.num_without_hair
    return [
        Scoring("hair", "hair", str(row.model), num_images, "iou", row.all_images.mean, data_dir, command)
        for row in table.rows
    ]


def markdown(table: HairTable) -> str:
    """The table in Markdown, with how it was measured."""
    head = (
        "| model | hair removed | hair drawn in | threshold | IoU with hair | IoU without hair | IoU of all "
        "| against the first, with hair |"
    )
    lines = [head, "|" + "---|" * 8, *(_line(row) for row in table.rows)]
    counts = (
        f"{table.num_with_hair} images with hair (at least {100 * table.part:g} % of the pixels), "
        f"{table.num_without_hair} without; means over images with bootstrap 95 % intervals; the last column "
        "is the mean difference and the p-value of the Wilcoxon signed-rank test."
    )
    return "\n".join(lines) + f"\n\n{counts}\n"


def _line(row: HairRow) -> str:
    drawn = row.card.augmentation.hair if row.card.augmentation is not None else 0.0
    against = "–"
    if row.against_first is not None:
        against = f"{row.against_first.mean_difference:+.4f} (p = {row.against_first.p_value:.3g})"
    cells = [
        str(row.model.parent.name if row.model.is_file() else row.model.name),
        "yes" if row.card.remove_hair else "no",
        f"{drawn:g}" if drawn else "no",
        f"{row.threshold:.2f}",
        *(_cell(score) for score in (row.with_hair, row.without_hair, row.all_images)),
        against,
    ]
    return "| " + " | ".join(cells) + " |"


def _cell(score: Score) -> str:
    if score.low is None or score.high is None:
        return "–"
    return f"{score.mean:.4f} ({score.low:.4f} to {score.high:.4f})"
