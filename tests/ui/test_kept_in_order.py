"""What Streamlit's queue to the browser holds when a fragment runs right after the page."""

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from core.ui.mask_editor.assets import components


def _drawn(text: str) -> ForwardMsg:
    message = ForwardMsg()
    message.metadata.delta_path[:] = [0, 0]
    message.delta.fragment_id = "editor"
    message.delta.new_element.text.body = text
    return message


def _ended() -> ForwardMsg:
    return ForwardMsg(script_finished=ForwardMsg.FINISHED_SUCCESSFULLY)


def _told(queue: ForwardMsgQueue) -> list[str]:
    return [
        each.delta.new_element.text.body if each.WhichOneof("type") == "delta" else each.WhichOneof("type")
        for each in queue.flush()
    ]


def test_what_a_page_drew_comes_before_its_end_though_a_fragment_runs_next():
    components()
    queue = ForwardMsgQueue()
    queue.enqueue(_drawn("by the page"))
    queue.enqueue(_ended())
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=["editor"])
    queue.enqueue(_drawn("by the fragment"))
    assert _told(queue) == ["by the page", "script_finished", "by the fragment"]


def test_a_run_of_the_whole_page_still_drops_what_the_one_before_drew():
    components()
    queue = ForwardMsgQueue()
    queue.enqueue(_drawn("by the page"))
    queue.enqueue(_ended())
    queue.clear(retain_lifecycle_msgs=True)
    queue.enqueue(_drawn("by the next run"))
    assert _told(queue) == ["script_finished", "by the next run"]
