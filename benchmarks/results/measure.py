"""Run the steps of a section, and keep what they found as one JSON file with its pictures."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.results.sections import SECTIONS, Line
from core.evaluation.scores import bootstrap_interval
from core.evaluation.test_log import LOG_NAME, Scoring, log_scorings
from core.files import write_whole

Row = dict[str, Any]

# The images of the sets are not the project's to publish; these pictures stay in the folder of the runs.
SHOWS_IMAGES = {"predictions.png"}


def measure(name: str, data: Path, work: Path, output: Path) -> Path:
    """Run a section's steps, those that have not been run in `work` yet, and write what the page needs.

    Args:
        name: Of `SECTIONS`.
        data: Folder of the data sets.
        work: Folder of the section's runs.
        output: Folder that gets NAME.json and the pictures.

    Returns:
        The JSON file.

    Raises:
        subprocess.CalledProcessError: A step failed; it has said why.
    """
    section = SECTIONS[name]
    minutes: dict[str, float] = {}
    for step, command in section.steps.items():
        done = work / step / "done.json"
        if not done.exists():
            spent = run_step(step, command, data, work)
            if scores_test(command):
                rows = read_table(work / step)["rows"]
                log_scorings(output.parent / LOG_NAME, scorings_of(name, step, rows))
            write_whole(done, json.dumps({"minutes": spent}).encode())
        minutes[step] = float(json.loads(done.read_text())["minutes"])
    tables = {
        step: read_table(work / step) for step in (*section.tables, *(line.step for line in section.lines))
    }
    content = {
        "measured": f"{datetime.now(UTC):%Y-%m-%d}",
        "minutes": minutes,
        "lines": [line_of(line, tables[line.step]["rows"]) for line in section.lines],
        "tables": {step: keep_pictures(name, step, tables[step], work, output) for step in section.tables},
    }
    path = output / f"{name}.json"
    text = json.dumps(content, indent=1) + "\n"
    # Notes quote commands with the folders of the machine that they ran on.
    write_whole(path, text.replace(str(data), "DATA").replace(str(work), f"RUNS/{name}").encode())
    return path


def run_step(step: str, command: str, data: Path, work: Path) -> float:
    """Run a step; gives its minutes."""
    folder = work / step
    folder.mkdir(parents=True, exist_ok=True)
    words = shlex.split(command.format(data=data, work=work))
    output = [] if words[0] == "evaluate.py" else ["--output_dir", str(folder)]
    print(f"== {step}: python {shlex.join(words)}", flush=True)
    started = time.monotonic()
    subprocess.run([sys.executable, *words, *output], check=True)
    return (time.monotonic() - started) / 60


def scores_test(command: str) -> bool:
    """Whether a step looks at a test split; evaluate.py does unless it is told otherwise."""
    words = shlex.split(command)
    split = next((words[words.index(flag) + 1] for flag in ("--split", "--score_split") if flag in words), "")
    return split == "test" or (words[0] == "evaluate.py" and not split)


def scorings_of(name: str, step: str, rows: list[Row]) -> list[Scoring]:
    """A line of the log for each network of a step's table; the section tells data and command."""
    lines = []
    for row in rows:
        score = "dice" if "dice" in row else "accuracy"
        lines.append(Scoring(name, step, str(row["arm"]), int(row["images"]), score, float(row[score])))
    return lines


def read_table(folder: Path) -> dict[str, Any]:
    """What a step found, in the form of an experiment's `results.json`."""
    results, hair = folder / "results.json", folder / "hair.md"
    if results.exists():
        return dict(json.loads(results.read_text()))
    if hair.exists():
        return {"columns": [], "rows": [], "text": hair.read_text().replace(f"{folder.parent}/", "")}
    report = json.loads((folder / "report.json").read_text())
    return _of_labels(report) if "labels" in report else _of_classes(report)


def _of_labels(report: dict[str, Any]) -> dict[str, Any]:
    """The report of evaluate.py --task classify as a row a score; those without an interval stay without."""
    row: Row = {"arm": "labels", "images": report["num_images"]}
    for name, score in report["scores"].items():
        row |= {name: score["mean"], f"{name}_low": score["low"], f"{name}_high": score["high"]}
    return {"columns": ["arm", "images", *report["scores"]], "rows": [row]}


def _of_classes(report: dict[str, Any]) -> dict[str, Any]:
    """The report of evaluate.py as rows, one a class."""
    rows = []
    for name in report["classes"]:
        row: Row = {"arm": name, "images": report["num_images"]}
        for score in ("dice", "iou", "precision", "recall"):
            values = [image["classes"][name][score] for image in report["images"]]
            low, high = bootstrap_interval([value for value in values if value is not None])
            row |= {score: report["classes"][name][score], f"{score}_low": low, f"{score}_high": high}
        rows.append(row)
    return {"columns": ["arm", "images", "dice", "iou", "precision", "recall"], "rows": rows}


def line_of(line: Line, rows: list[Row]) -> Row:
    """A line of the page with the number that was measured."""
    row = next((row for row in rows if line.arm in ("", row.get("arm"), row.get("fold"))), None)
    if row is None:
        raise ValueError(f"the step {line.step} has no row {line.arm!r}")
    return {
        "what": line.what,
        "theirs": line.theirs,
        "aim": line.aim,
        "ours": row[line.score],
        "low": row.get(f"{line.score}_low"),
        "high": row.get(f"{line.score}_high"),
        "images": row.get("images"),
    }


def keep_pictures(name: str, step: str, table: dict[str, Any], work: Path, output: Path) -> dict[str, Any]:
    """The table with its charts copied beside the page, under names of the section's own."""
    pictures = []
    for picture in table.get("pictures", ()):
        if Path(picture["file"]).name in SHOWS_IMAGES:
            continue
        file = f"{name}_{step}_{Path(picture['file']).name}"
        output.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(work / step / picture["file"], output / file)
        pictures.append({**picture, "file": file})
    kept: dict[str, Any] = {
        key: table[key] for key in ("columns", "rows", "headline", "notes", "text") if key in table
    }
    return {**kept, "pictures": pictures}
