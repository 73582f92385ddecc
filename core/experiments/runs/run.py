"""A request -> an experiment's folder: begin or go on, do it, write what was found. The door to this folder.

What each kind does stands in the function and the module of its name, imported when it is asked for.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pathlib import Path

from core.errors import AppError
from core.experiments.reports.report import report_markdown
from core.experiments.requests.checks import check_request
from core.experiments.requests.plan import Request, kind_of
from core.experiments.runs.experiment import Experiment
from core.experiments.runs.store import ExperimentResult, read_record
from core.language.sentence import Sentence
from core.workflows.learn.train_model import NOBODY, Watchers

STOPPED = Sentence("Stopped before all of it was done; the table has what was finished.")


def run_experiment(request: Request, out_dir: Path, watchers: Watchers = NOBODY) -> ExperimentResult:
    """Do an experiment in a new folder.

    Returns:
        What was found; where it was stopped, by the runs that were finished.

    Raises:
        AppError: Data, settings or folder cannot be used; one sentence. The folder says so too.
    """
    check_request(request)
    return _do(Experiment.begin(out_dir, request, watchers))


def resume_experiment(
    folder: Path, watchers: Watchers = NOBODY, *, request: Request | None = None
) -> ExperimentResult:
    """Go on with an experiment; finished runs are read and not trained again.

    Args:
        request: What is asked for from now on, such as more trials; None for the same as before.

    Raises:
        AppError: There is none, another process is at it, or the data have changed.
    """
    return _do(Experiment.go_on(folder, watchers, request))


def _do(experiment: Experiment) -> ExperimentResult:
    try:
        kind = kind_of(experiment.request)
        do = getattr(import_module(f"core.experiments.kinds.{kind}"), kind)
        result: ExperimentResult = do(experiment, experiment.request)
    except KeyboardInterrupt:
        experiment.set_state("stopped", STOPPED)
        raise
    except BaseException as error:
        # The folder must not say "running" for ever; what happened is for the caller to tell.
        experiment.set_state("failed", _sentence(error))
        raise
    reason = STOPPED if experiment.cut_short else ""
    if reason:
        result = replace(result, notes=(reason, *result.notes))
    experiment.write_result(result)
    experiment.write_text("report.md", report_markdown(read_record(experiment.folder), result))
    experiment.set_state("stopped" if reason else "done", reason)
    return result


def _sentence(error: BaseException) -> str:
    if isinstance(error, AppError):
        return error.sentence
    text = " ".join(str(error).split()) or "no message"
    return f"{type(error).__name__}: {text[:300]}"
