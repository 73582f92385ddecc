"""docs/results.md from the parts that were measured."""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from benchmarks.results.minutes import PICTURE, minutes_part, minutes_picture
from benchmarks.results.sections import SECTIONS, Section
from core.experiments.reports.tables import cell_text, column_word
from core.files import write_whole

INTRODUCTION = """\
# Results

What four write-ups claim, and what this project measures, side by side. Every part is written by one command,
each under an hour on two cores with nothing else to do (the minutes below were measured beside other
work):

```
python -m benchmarks.results PART --data DATA
```

with PART one of {parts}. DATA is a folder with the data sets in the training layout; `--work` (default
`./results_runs`) keeps the runs, and what has run once is not run again. This page is put together from
`docs/results/PART.json` after each.

Networks here are trained from scratch, but for those of (b) and the shipped ones for skin lesions ([decision
062](decisions/062-first-models-begin-from-imagenet.md)). Scores are
means over images at each image's own size, with a
bootstrap 95 % interval over images (2,000 draws); an empty mask that is predicted empty scores 1, one that
is not 0. Thresholds and epochs are chosen on validation images. Every scoring of a test split is a line of
[test_scorings.csv](test_scorings.csv). Pictures of predictions (image, reference, each
network; the most different and typical ones) lie in `RUNS/PART/STEP/predictions.png` and not
here: the images of the sets are not the project's to publish.

"""


def page(parts: Path) -> str:
    """The whole page; its picture is written beside the parts.

    Args:
        parts: Folder with the JSON file of each part that was measured.
    """
    named = ", ".join(f"`{name}`" for name in SECTIONS)
    text = [INTRODUCTION.format(parts=named)]
    for name, section in SECTIONS.items():
        path = parts / f"{name}.json"
        if path.exists():
            text.append(part(name, section, json.loads(path.read_text())))
    clicks = parts / "smart_click.json"
    if clicks.exists():
        text.append(clicks_part(json.loads(clicks.read_text())))
    gains = parts / "click_gain.json"
    if gains.exists():
        text.append(click_gain_part(json.loads(gains.read_text())))
    orders = parts / "order_gain.json"
    if orders.exists():
        text.append(order_part(json.loads(orders.read_text())))
    minutes = parts / "human_minutes.json"
    if minutes.exists():
        found = json.loads(minutes.read_text())
        text.append(minutes_part(found))
        write_whole(parts / PICTURE, minutes_picture(found))
    speed = parts / "speed.json"
    if speed.exists():
        text.append(speed_part(json.loads(speed.read_text())))
    files = parts / "files.json"
    if files.exists():
        text.append(files_part(json.loads(files.read_text())))
    return "\n".join(text)


_FILES = {
    "nothing": "the program alone",
    "import": "import of {images:,} PNGs of 512 x 512",
    "series": "import of a series of 300 slices of 512 x 512",
    "volume": "reading a .{ending} of 2 GB, 1,024 slices of 1,024 x 1,024",
}


def files_part(content: dict[str, Any]) -> str:
    """Rates and memory of import, export and volumes, from the JSON of `benchmarks.files_in_and_out`."""
    lines = [
        f"## Files in and out\n\nEach by a process of its own on {content['cores']} cores; largest resident "
        "memory. With other work on the machine (load above 1.5) a rate is a bound and no figure.\n",
        "| | images a second | peak memory, MB | written, MB | load |\n|---|---|---|---|---|",
    ]
    for what, row in content["rows"].items():
        named = _FILES.get(what.partition(".")[0], "export of {masks:,} masks as {what}")
        told = named.format(what=what, ending=what.partition(".")[2], **content)
        rate = "" if what == "nothing" else f"{row['rate']:.0f}"
        lines.append(f"| {told} | {rate} | {row['memory']:.0f} | {row['size']:.0f} | {row['load']:.1f} |")
    command = "python -m benchmarks.files_in_and_out --json docs/results/files.json"
    return "\n".join([*lines, f"\n```\n{command}\n```\n"])


def clicks_part(content: dict[str, Any]) -> str:
    """What a simulated person reaches by clicks, from the JSON of `benchmarks.clicks`."""
    counts = list(content["rows"][0]["dice"])
    lines = [
        "## Clicks",
        "",
        f"`python -m benchmarks.clicks --data DATA --split {content['split']} --write`: mean Dice after so "
        f"many clicks, on the first {content['limit']} images of each set. The person clicks into the "
        "largest error, moved by up to a tenth of the object. GrabCut gets the same clicks and crops, though "
        "it is made for boxes and long scribbles; all sets were trained on (their training splits).",
        "",
        f"| set | from | by | objects | {' | '.join(counts)} | largest fall | 95 % of clicks within |",
        f"|---|---|---|---|{'---|' * len(counts)}---|---|",
    ]
    for row in content["rows"]:
        scores = " | ".join(f"{value:.3f}" for value in row["dice"].values())
        lines.append(
            f"| {row['set']} | {row['from']} | {row['tool']} | {row['cases']} | {scores} | "
            f"{row['largest_fall']:.3f} | {row['milliseconds_p95']:.0f} ms |"
        )
    return "\n".join([*lines, ""])


def click_gain_part(content: dict[str, Any]) -> str:
    """What "Smart click" learns from a task's own masks, from the JSON of `benchmarks.click_gain`."""
    lines = [
        "## Clicks that learn",
        "",
        "`python -m benchmarks.click_gain`: Dice after three clicks from nothing on other images of the set, "
        "before and after learning from 16 of 20 saved masks (the others are locked), with a network of the "
        "earlier kind (`core/nets/click_net.py`) that was trained without nuclei and lesions. Mean over "
        "seeds, the gain with its paired 95 % interval.",
        "",
        "| set | seeds | before | after | gain | seconds a run |",
        "|---|---|---|---|---|---|",
    ]
    for name, of_set in content.items():
        runs, gain = of_set["runs"], of_set["gain"]
        before, after, seconds = (
            sum(run[key] for run in runs) / len(runs) for key in ("before", "after", "seconds")
        )
        lines.append(
            f"| {name} | {len(runs)} | {before:.3f} | {after:.3f} | "
            f"{_gained(gain['mean'], gain)} | {seconds:.0f} |"
        )
    return "\n".join([*lines, ""])


def _gained(mean: float, gain: dict[str, float]) -> str:
    return f"{mean:+.3f} ({gain['low']:+.3f} to {gain['high']:+.3f})"


def order_part(content: dict[str, Any]) -> str:
    """Least certain first against random, from the JSON of `benchmarks.order_gain`."""
    lines = [
        "## Which images to correct first",
        "",
        "`python -m benchmarks.order_gain`: a network trained on ten corrected images, then on twenty, of "
        "which the second ten are those that the first network is least certain of, or the next at random; "
        "Dice on 100 others of the training and validation images. Mean over seeds, the difference "
        "with its paired 95 % interval: no better than random where it holds 0.",
        "",
        "| set | seeds | ten | least certain first | random | difference |",
        "|---|---|---|---|---|---|",
    ]
    for name, of_set in content.items():
        gain = of_set["gain"]
        lines.append(
            f"| {name} | {len(of_set['seeds'])} | {gain['first']:.3f} | {gain['unsure']:.3f} | "
            f"{gain['random']:.3f} | {_gained(gain['gain'], gain)} |"
        )
    return "\n".join([*lines, ""])


def speed_part(content: dict[str, Any]) -> str:
    """The step of the training loop beside others, from the JSON of `benchmarks.training`."""
    machine = content["machine"]
    lines = [
        "## Speed of training",
        "",
        f"One U-Net (depth 4, 256x256, batch {content['batch']}), {machine['model']}, "
        f"{machine['cores']} cores, {', '.join(machine['flags'])}; milliseconds an image, medians of "
        "interleaved rounds. Aims at base 16 where the processor has bfloat16: "
        "1.8 times stock Keras and 1.15 times PyTorch.",
        "",
        "| base filters | rounds | this loop | stock Keras, float32 | PyTorch's best | Keras / this loop "
        "| PyTorch / this loop | loading and augmentation |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for base, row in content["speed"].items():
        ours, keras, torch, loading = (
            f"{statistics.median(row['ms_per_image'][name]):.1f}"
            for name in ("ours", "keras", "torch", "pipeline")
        )
        lines.append(
            f"| {base} | {len(row['ms_per_image']['ours'])} | {ours} | {keras} | {torch} "
            f"| **{row['keras_by_ours']:.2f}** | **{row['torch_by_ours']:.2f}** | {loading} ms |"
        )
    if "accuracy" in content:
        learnt = content["accuracy"]
        dice, dice_of_keras = (statistics.fmean(learnt["dice"][name]) for name in ("ours", "keras"))
        lines += [
            "",
            f"What both learn: validation Dice on {learnt['data']} after {learnt['epochs']} epochs, seeds "
            f"{learnt['seeds']}: this loop {dice:.4f}, stock Keras in float32 {dice_of_keras:.4f}.",
        ]
    lines += [
        "",
        "The row of 32 filters was timed in fewer and shorter rounds than that of 16, on a less quiet "
        "machine; the aim against PyTorch was missed at 16. There three quarters of a step are oneDNN's "
        "bfloat16 convolutions, which both use; other allocators, one inter-op thread and a matrix product "
        "for the gradient of the biases brought nothing.",
    ]
    command = "python -m benchmarks.training --rounds 5 --json docs/results/speed.json"
    return "\n".join([*lines, "", "```", command, "```", ""])


def part(name: str, section: Section, content: dict[str, Any]) -> str:
    """One part as Markdown."""
    lines = [f"## {section.title}", ""]
    if section.claim:
        lines += [f"The write-up: {section.claim}", ""]
    if content["lines"]:
        lines += ["| | theirs | aim | ours (95 % interval) | images |", "|---|---|---|---|---|"]
    lines += [
        f"| {row['what']} | {row['theirs']} | {row['aim']} | {_ours(row)} | {row['images'] or ''} |"
        for row in content["lines"]
    ]
    lines += ["", *(f"- {remark}" for remark in section.remarks), ""]
    for step, table in content["tables"].items():
        lines += _table(table, len(content["tables"]) > 1 and step)
    minutes = sum(content["minutes"].values())
    lines += [f"Measured {content['measured']} in {minutes:.0f} minutes:", "", "```"]
    lines += [f"python {command}" for command in section.steps.values()]
    return "\n".join([*lines, "```", ""]).replace("{data}", "DATA").replace("{work}", f"RUNS/{name}")


def _table(table: dict[str, Any], heading: str | bool) -> list[str]:
    lines = [f"### {str(heading).capitalize()}", ""] if heading else []
    if table.get("headline"):
        lines += [table["headline"], ""]
    if "text" in table:
        return [*lines, table["text"], ""]
    columns = table["columns"]
    lines.append("| " + " | ".join(column_word(column) for column in columns) + " |")
    lines.append("|" + "---|" * len(columns))
    lines += ["| " + " | ".join(cell_text(row, column) for column in columns) + " |" for row in table["rows"]]
    lines.append("")
    for picture in table["pictures"]:
        lines += [f"![{picture['caption']}](results/{picture['file']})", "", f"*{picture['caption']}*", ""]
    notes = table.get("notes", ())
    return [*lines, *(f"- {note}" for note in notes), *([""] if notes else [])]


def _ours(row: dict[str, Any]) -> str:
    if row["low"] is None:
        return f"**{row['ours']:.4f}**"
    return f"**{row['ours']:.4f}** ({row['low']:.4f} to {row['high']:.4f})"
