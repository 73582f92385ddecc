"""An experiment in a worker process: what the queue calls for a job of the kind "experiment".

Does what `python -m core.experiments` does with the same request, in a folder of the workspace. A job that
was stopped or failed and is started again goes on in the folder that it began.
"""

from __future__ import annotations

from typing import Any

from core.experiments.requests.naming import readable
from core.experiments.requests.plan import request_from_json
from core.experiments.runs.run import resume_experiment, run_experiment
from core.experiments.runs.start import experiment_folder
from core.jobs.kinds import JobContext
from core.language.sentence import Sentence
from core.workflows.export.export_training import export_training
from core.workflows.learn.job_reporter import JobReporter
from core.workflows.learn.train_model import Watchers


def run_job(context: JobContext) -> dict[str, Any]:
    """Do the experiment in this process; called by the worker.

    Returns:
        "number", "number_name" and "headline" of what was found.

    Raises:
        AppError: The data or the settings cannot be used.
    """
    workspace, job = context.workspace, context.job
    request = request_from_json(job.settings)
    folder = experiment_folder(workspace, job)
    # A job that is started again goes on, with the images that it began with.
    begun = (folder / "experiment.json").is_file()
    copied = job.settings.get("copy_corrected_to")
    if copied and job.task_id is not None and not begun:
        context.report(message=Sentence("Copying the corrected images"))
        export_training(workspace, job.task_id, workspace.folder(copied))
    context.report(message=Sentence("Loading what training needs"))
    watchers = Watchers(
        on_note=lambda message: context.report(message=readable(message)),
        on_progress=JobReporter(context),
        should_stop=context.should_stop,
    )
    result = resume_experiment(folder, watchers) if begun else run_experiment(request, folder, watchers)
    return {"number": result.number, "number_name": result.number_name, "headline": result.headline}
