"""Thumbnails of a whole task ahead of time, while people work: the cache may have been deleted.

What is there is passed over, so beginning again is going on; a file that is gone or damaged stops nothing.
"""

from __future__ import annotations

import logging
import threading
import time

from core.errors import BadFileError, StoreError
from core.workflows.correct.pictures import thumbnail_jpeg
from core.workspace import ImageRow, Workspace

_PAGE = 50

logger = logging.getLogger(__name__)


def make_thumbnails(workspace: Workspace, task_id: int) -> tuple[int, int]:
    """Make what is missing, one after the other, at a fifth of a core's time.

    Returns:
        How many images have one now, and how many cannot have one.
    """
    num_made = num_failed = 0
    image = workspace.images.first(task_id)
    while image is not None:
        following = workspace.images.around(task_id, image.id, each_side=_PAGE).after
        for each in (image, *following[:-1]):
            is_made = _make(workspace, each)
            num_made, num_failed = num_made + is_made, num_failed + (not is_made)
        image = following[-1] if following else None
    return num_made, num_failed


def start_thumbnails(workspace: Workspace, task_id: int) -> threading.Thread:
    """The same in a thread that ends with the server."""

    def work() -> None:
        try:
            num_made, num_failed = make_thumbnails(workspace, task_id)
            logger.info("task %d: %d thumbnails, %d images without", task_id, num_made, num_failed)
        except StoreError as error:
            # The image at which the next page begins was deleted, or the store is gone: made when looked at.
            logger.info("task %d: thumbnails are not made ahead (%s)", task_id, error)
        except Exception:
            logger.exception("task %d: thumbnails are not made ahead", task_id)

    thread = threading.Thread(target=work, name=f"thumbnails-{task_id}", daemon=True)
    thread.start()
    return thread


def _make(workspace: Workspace, image: ImageRow) -> bool:
    begun = time.monotonic()
    try:
        thumbnail_jpeg(workspace, image)
    except (BadFileError, StoreError):
        return False
    # Whoever looks at a page comes first, and Python runs one thread at a time.
    time.sleep(4 * (time.monotonic() - begun))
    return True
