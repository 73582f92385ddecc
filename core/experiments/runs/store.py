"""An experiment's folder, read: what is there, how far it is, what it found. Pages read through here.

The formats, all UTF-8:

- `experiment.json`: {"kind", "settings", "title", "seed", "command", "versions", "data", "created"}; "kind"
  and "settings" are those of `core.experiments.requests.plan`, "data" is {split: {stem: [SHA-256 of the
  image file, of the mask file]}}, "created" is ISO 8601 in UTC.
- `state.json`: {"status": running|done|stopped|failed, "reason", "pid", "process_created"}.
- `progress.jsonl`: one JSON object a line for each epoch of any run, only added to: {"run", "run_number",
  "num_runs", "epoch", "num_epochs", "step", "num_steps", "loss", "dice", "val_loss", "val_dice",
  "seconds_left" (of this run), "time" (seconds since 1970)}.
- `results.json`: {"kind", "columns": [key, ...], "rows": [{key: text or number or null}, ...], "headline":
  one sentence, "number": the one number of a list or null, "number_name", "pictures": [{"file", "caption"}],
  "notes": [sentence, ...]}. A score has its 95 % interval, where it has one, in the row's own keys KEY_low
  and KEY_high, which "columns" leaves out. Files are relative to the folder.
- `table.csv`: the rows with all their keys; `report.md`: all of it for people; `runs/RUN/`: one run each.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.config import from_dict
from core.errors import AppError
from core.jobs.process import is_alive
from core.language.sentence import Sentence, from_plain

DIED = Sentence("The process ended without a word; resume it to go on.")

Cell = str | int | float | None


@dataclass(frozen=True)
class Picture:
    """A PNG of a result, relative to the experiment's folder."""

    file: str
    caption: str


@dataclass(frozen=True)
class ExperimentResult:
    """What an experiment found; `results.json`.

    Attributes:
        kind: As in `core.experiments.requests.plan.KINDS`.
        columns: Keys of the rows that are shown, in order.
        rows: The table; a score's interval stands in KEY_low and KEY_high.
        headline: The finding in one sentence.
        number: The one number of a list, None where nothing was finished.
        notes: Plain sentences: how it was measured, what was left out.
    """

    kind: str
    columns: tuple[str, ...] = ()
    rows: tuple[dict[str, Cell], ...] = ()
    headline: str = ""
    number: float | None = None
    number_name: str = ""
    pictures: tuple[Picture, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ExperimentSummary:
    """One line of a list of experiments.

    Attributes:
        kind: As in `core.experiments.requests.plan.KINDS`.
        status: "running", "done", "stopped" or "failed".
        number: The headline number, None before there is one.
        headline: The finding in one sentence, "" before there is one.
        reason: Why it stopped or failed, one sentence, else "".
    """

    folder: Path
    kind: str
    title: str
    status: str
    created: str
    number: float | None = None
    number_name: str = ""
    headline: str = ""
    reason: str = ""


@dataclass(frozen=True)
class State:
    """How an experiment stands; `state.json`."""

    status: str = "running"
    reason: str = ""
    pid: int | None = None
    process_created: float | None = None


def list_experiments(root: Path) -> list[ExperimentSummary]:
    """The experiments in a folder's folders, the newest first; what is no experiment is passed over."""
    if not root.is_dir():
        return []
    found = [summary(path) for path in root.iterdir() if (path / "experiment.json").is_file()]
    return sorted(found, key=lambda each: (each.created, each.folder.name), reverse=True)


def find_experiment(root: Path, name: str) -> Path | None:
    """The folder of the experiment of this name in a folder's folders, None where there is none."""
    if not root.is_dir():
        return None
    # Compared with what is there, since a name out of an address may be any text: "..", "/etc", 300 letters.
    folder = next((path for path in root.iterdir() if path.name == name), None)
    return folder if folder is not None and (folder / "experiment.json").is_file() else None


def summary(folder: Path) -> ExperimentSummary:
    """The line of one experiment; one whose files are damaged has failed, and says so."""
    if not (folder / "experiment.json").is_file():
        raise AppError("There is no experiment in {folder}.", folder=folder)
    try:
        record = read_record(folder)
        kind, title, created = str(record["kind"]), record["title"], str(record["created"])
        state, result = read_state(folder), read_result(folder) or ExperimentResult(kind)
    except (AppError, KeyError, TypeError) as error:
        reason = Sentence("It cannot be read ({error}).", error=error)
        return ExperimentSummary(folder, "", folder.name, "failed", "", reason=reason)
    found = {name: getattr(result, name) for name in ("number", "number_name", "headline")}
    return ExperimentSummary(folder, kind, title, state.status, created, reason=state.reason, **found)


def read_record(folder: Path) -> dict[str, Any]:
    """`experiment.json`."""
    return read_json(folder / "experiment.json")


def read_state(folder: Path) -> State:
    """How the experiment stands; one whose process is gone was stopped, also before it could say a word."""
    path = folder / "state.json"
    if not path.is_file():
        return State("stopped", DIED)
    try:
        state = State(**read_json(path))
    except TypeError as error:
        raise AppError("{path} is not of this version ({error}).", path=path, error=error) from None
    if state.status == "running" and state.pid is not None and not is_alive(state.pid, state.process_created):
        return State("stopped", DIED)
    return state


def read_result(folder: Path) -> ExperimentResult | None:
    """What was found so far, None before there is anything."""
    path = folder / "results.json"
    if not path.is_file():
        return None
    try:
        return from_dict(ExperimentResult, read_json(path))
    except (TypeError, ValueError) as error:
        raise AppError("{path} is not of this version ({error}).", path=path, error=error) from None


def progress(folder: Path) -> list[dict[str, Any]]:
    """All epochs of all runs so far, the oldest first; a last line that is cut off is left out."""
    try:
        content = (folder / "progress.jsonl").read_bytes()
    except FileNotFoundError:
        return []
    whole, _, _ = content.rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines() if line.strip()]


def read_json(path: Path) -> dict[str, Any]:
    """What one of its JSON files holds.

    Raises:
        AppError: It is not there or damaged.
    """
    try:
        values = from_plain(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise AppError("{path} cannot be read ({error}).", path=path, error=error) from None
    if not isinstance(values, dict):
        raise AppError("{path} must hold a JSON object.", path=path)
    return values
