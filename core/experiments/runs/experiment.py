"""An experiment that is being done: the writing side of its folder, and the voice to its watchers.

`core.experiments.runs.store` tells the formats and reads them.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import AppError
from core.evaluation.test_log import LOG_NAME, Scoring, check_log, log_scorings
from core.experiments.requests.naming import title_of
from core.experiments.requests.plan import Request, kind_of, request_from_json, request_to_json
from core.experiments.runs.store import ExperimentResult, Picture, State, read_record, read_state
from core.files import write_json, write_table, write_whole
from core.jobs.process import created_at
from core.workflows.learn.run_folder import DataHashes
from core.workflows.learn.train_model import Watchers
from core.workflows.learn.training_card import package_versions

if TYPE_CHECKING:
    from core.training.progress_report import ProgressReport


class Experiment:
    """A folder, what is done in it, and who watches.

    Attributes:
        cut_short: Whether something was left undone because it was asked to stop; set by who leaves it.
    """

    def __init__(self, folder: Path, request: Request, watchers: Watchers) -> None:
        self.folder = folder
        self.request = request
        self.watchers = watchers
        self.cut_short = False
        self._stop_wished = False

    @classmethod
    def begin(cls, folder: Path, request: Request, watchers: Watchers) -> Experiment:
        """A new one in a folder that is empty or not there yet.

        Raises:
            AppError: Something lies there, or the project's log of test scorings is no such log.
        """
        _check_test_log(request)
        # A file that a process died over (core.files) is nobody's work.
        if folder.is_dir() and any(path.suffix != ".part" for path in folder.iterdir()):
            raise AppError(
                "{folder} is not empty; choose another --output_dir, or go on with what lies there by "
                "--resume {folder}.",
                folder=folder,
            )
        experiment = cls(folder, request, watchers)
        experiment._write_record({}, f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}")
        experiment.set_state("running")
        return experiment

    @classmethod
    def go_on(cls, folder: Path, watchers: Watchers, request: Request | None = None) -> Experiment:
        """One that was begun, done or not.

        Args:
            request: What is done from now on, where it is not the same; of the same kind and data.

        Raises:
            AppError: There is none, another process is at it, or a log of test scorings is no such log.
        """
        if not (folder / "experiment.json").is_file():
            raise AppError("There is no experiment in {folder} to go on with.", folder=folder)
        record = read_record(folder)
        state = read_state(folder)
        if state.status == "running" and state.pid != os.getpid():
            raise AppError(
                "Another process is doing the experiment in {folder}; wait for it or stop it.", folder=folder
            )
        experiment = cls(folder, request or request_from_json(record), watchers)
        check_log(folder / LOG_NAME)
        _check_test_log(experiment.request)
        if request is not None:
            experiment._write_record(record.get("data", {}), str(record["created"]))
        experiment.set_state("running")
        return experiment

    def keep_hashes(self, hashes: DataHashes) -> None:
        """Remember the data, or see that they are those that the experiment was begun with.

        Raises:
            AppError: An image or mask is another than when it was begun.
        """
        record = read_record(self.folder)
        known: DataHashes = record.get("data", {})
        if known and known != hashes:
            raise AppError(
                "The data are not those that {folder} was begun with; begin a new experiment, or put "
                "the data back.",
                folder=self.folder,
            )
        self._write_record(hashes, str(record["created"]))

    def set_state(self, status: str, reason: str = "") -> None:
        """Say how it stands."""
        running = status == "running"
        pid = os.getpid() if running else None
        state = State(status, reason, pid, created_at(os.getpid()) if running else None)
        write_json(self.folder / "state.json", asdict(state))

    def write_result(self, result: ExperimentResult) -> None:
        """Write `results.json` and `table.csv`."""
        write_json(self.folder / "results.json", asdict(result))
        self.write_csv("table.csv", result.rows)

    def write_csv(self, name: str, rows: Sequence[dict[str, Any]]) -> None:
        """A table with a header; what is None is an empty cell."""
        write_table(self.folder / name, rows)

    def write_picture(self, name: str, content: bytes, caption: str) -> Picture:
        """A PNG in the folder; what a result says of it."""
        write_whole(self.folder / name, content)
        return Picture(name, caption)

    def write_text(self, name: str, text: str) -> None:
        """A text file in UTF-8 in the folder."""
        write_whole(self.folder / name, text.encode())

    def say(self, message: str) -> None:
        """Tell what begins."""
        self.watchers.on_note(message)

    def should_stop(self) -> bool:
        """Whether to end now; once wished, it stays wished."""
        self._stop_wished = self._stop_wished or self.watchers.should_stop()
        return self._stop_wished

    def report(self, run: str, run_number: int, num_runs: int, report: ProgressReport) -> None:
        """Pass a step on, and keep the ends of epochs."""
        place = {"run": run, "run_number": run_number, "num_runs": num_runs}
        if report.epoch_done:
            line = {**place, **asdict(report), "time": time.time()}
            del line["epoch_done"]
            with (self.folder / "progress.jsonl").open("ab") as file:
                file.write((json.dumps(line) + "\n").encode())
        self.watchers.on_progress(report, **place)

    def log_test_scoring(self, data_dir: str, run: str, dice: Sequence[float], test_log: str) -> None:
        """One line for a test split that was scored: here, and in the project's own log where it has one."""
        scoring = Scoring(
            part=self.folder.name,
            step=kind_of(self.request),
            network=run,
            images=len(dice),
            score="dice",
            mean=sum(dice) / len(dice),
            data=data_dir,
            command=self.request.command,
        )
        for path in [self.folder / LOG_NAME, *([Path(test_log)] if test_log else [])]:
            log_scorings(path, [scoring])

    def _write_record(self, hashes: DataHashes, created: str) -> None:
        recipe = getattr(self.request, "recipe", None)
        record = {
            **request_to_json(self.request),
            "title": title_of(self.request),
            "seed": None if recipe is None else recipe.settings.seed,
            "command": self.request.command,
            "versions": {**package_versions(), "optuna": version("optuna")},
            "data": hashes,
            "created": created,
        }
        write_json(self.folder / "experiment.json", record)


def _check_test_log(request: Request) -> None:
    test_log = getattr(request, "test_log", "")
    if test_log:
        check_log(Path(test_log))
