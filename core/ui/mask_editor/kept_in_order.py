"""What a run of the page draws reaches the browser before it hears that the run has ended.

Streamlit 1.67 takes out of its queue what a fragment drew and nobody has sent yet when that fragment runs
again, yet still tells the browser that the page has run to its end. The browser removes what such a run did
not bring: an editor vanished, with a stroke under way and its steps of undo, until the fragment had run once
more. It took a busy machine and a stroke at the end of a page's run.
"""

from __future__ import annotations

import functools

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue


@functools.cache
def keep_in_order() -> None:
    """Have Streamlit send all that was drawn, in order, when a fragment runs; once for the process."""
    clear = ForwardMsgQueue.clear

    def clear_for_pages(
        queue: ForwardMsgQueue,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        if retain_lifecycle_msgs and fragment_ids_this_run is not None:
            # What comes later must not take the place of what was drawn before the end of the run before.
            queue._delta_index_map = {}
        else:
            clear(queue, retain_lifecycle_msgs, fragment_ids_this_run)

    ForwardMsgQueue.clear = clear_for_pages  # type: ignore[assignment, method-assign]
