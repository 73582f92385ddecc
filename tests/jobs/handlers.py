"""Jobs for the tests, named to the queue as "tests.jobs.handlers:NAME"."""

import errno
import os
import signal
import time
from pathlib import Path

from core.errors import BadModelError


def count(context):
    """Counts to a number, one report each; can be stopped."""
    for number in range(context.job.settings["to"]):
        if context.should_stop():
            return {"counted": number}
        context.report(number=number)
        print(f"counted {number}")
        time.sleep(context.job.settings.get("pause", 0))
    return {"counted": context.job.settings["to"]}


def wait_for_stop(context):
    """Runs until it is stopped."""
    context.report(begun=True)
    while not context.should_stop():
        time.sleep(0.02)
    return {"kept": "the best so far"}


def refuse(context):
    raise BadModelError("The model card is not of this version.")


def crash(context):
    raise KeyError("no such\nlayer")


def run_out_of_memory(context):
    raise MemoryError


def fill_the_disk(context):
    raise OSError(errno.ENOSPC, "No space left on device", "model.keras")


def die(context):
    os.kill(os.getpid(), signal.SIGKILL)


def fail_once(context):
    """Fails at the first try, goes well at the second."""
    marker = Path(context.job.settings["marker"])
    if not marker.exists():
        marker.write_text("tried")
        raise BadModelError("Not this time.")
    return {"went": "well"}


def own_priority(context):
    import psutil

    return {"nice": psutil.Process().nice(), "threads": os.environ["TF_NUM_INTRAOP_THREADS"]}
