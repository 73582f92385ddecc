"""A version says what it has learnt from that must not be learnt from any more."""

import numpy as np

from core.registry.trained_on import num_locked_since
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workspace import DraftContent, NewVersion
from tests.workflows.conftest import png


def trained(workspace, task, revision_ids, parent_id=None):
    """A version of a job that learnt from these revisions."""
    job = workspace.jobs.add("fine_tune", task.id, {}, who="Kim")
    workspace.jobs.take_next("here")
    workspace.jobs.end(job.id, "done", result={"revision_ids": revision_ids})
    new = NewVersion(
        f"versions/{job.id}", str(job.id), "fine_tuned", "Kim", parent_id=parent_id, job_id=job.id
    )
    return workspace.versions.add(task.id, new)


def test_images_that_were_locked_later_are_counted_also_of_the_version_before(workspace, task, predictors):
    files = [(f"{n}.png", png(np.random.default_rng(n).integers(0, 255, (16, 16)))) for n in range(4)]
    ids = [each.image_id for each in add_images(workspace, task.id, files)]
    revisions = [
        save_mask(workspace, each, predictors, content=DraftContent(0.5, None, None), who="Kim").id
        for each in ids
    ]
    # The 2nd is locked: nothing was trained on it.
    first = trained(workspace, task, [revisions[0], revisions[2]])
    second = trained(workspace, task, [revisions[3]], parent_id=first.id)
    assert [num_locked_since(workspace, each) for each in (first, second)] == [0, 0]
    workspace.groups.assign([ids[1], ids[2]], kind="patient", key="7")
    assert [num_locked_since(workspace, each) for each in (first, second)] == [1, 1]
    # A newer revision of it changes nothing.
    save_mask(workspace, ids[2], predictors, content=DraftContent(0.4, None, None), who="Kim")
    workspace.groups.assign([ids[1], ids[3]], kind="patient", key="8")
    assert [num_locked_since(workspace, each) for each in (first, second)] == [1, 2]
