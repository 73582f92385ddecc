import signal
import subprocess
import sys
from functools import partial

import pytest

from core.config import PROJECT_DIR
from core.errors import StaleDraftError, StoreError
from core.workspace import DraftContent, NewRevision, Workspace


@pytest.fixture
def image(add_image):
    return add_image("a")


@pytest.fixture
def put(put, image):
    """Of that image."""
    return partial(put, image)


def layer_of(workspace, image):
    return workspace.drafts.get(image.id).layer_png


def test_an_image_without_a_draft_has_none(workspace, image):
    assert workspace.drafts.get(image.id) is None


def test_a_draft_is_what_was_put(workspace, image, put):
    put("one", threshold=0.37, seconds=4.5)
    draft = workspace.drafts.get(image.id)
    assert (draft.layer_png, draft.threshold, draft.seconds) == (b"one", 0.37, 4.5)
    assert (draft.client_id, draft.sequence, draft.revision) == ("tab 1", 1, 1)
    assert draft.has_unsaved_changes


def test_messages_that_arrive_out_of_order_never_go_back(workspace, image, put):
    put("three", sequence=3)
    answer = put("two", sequence=2)
    assert (answer.layer_png, answer.sequence) == (b"three", 3)
    put("three again", sequence=3)
    assert layer_of(workspace, image) == b"three"
    put("four", sequence=4)
    assert layer_of(workspace, image) == b"four"


def test_another_tab_that_has_not_seen_the_newest_is_told(workspace, image, put):
    put("of tab 1")
    with pytest.raises(StaleDraftError, match="another tab"):
        put("of tab 2", client="tab 2", sequence=90)
    assert layer_of(workspace, image) == b"of tab 1"
    put("of tab 2", client="tab 2", sequence=91, take_over=True)
    assert layer_of(workspace, image) == b"of tab 2"
    with pytest.raises(StaleDraftError):
        put("of tab 1 again", sequence=2)


def test_another_tab_that_has_seen_the_newest_goes_on(workspace, image, put):
    seen = put("of tab 1").revision
    put("of tab 2", client="tab 2", sequence=1, base_revision=seen)
    assert layer_of(workspace, image) == b"of tab 2"
    with pytest.raises(StaleDraftError):
        put("of tab 3", client="tab 3", sequence=1, base_revision=seen)


def test_a_tab_that_opened_before_the_first_stroke_of_another_is_told(put):
    put("of tab 1")
    with pytest.raises(StaleDraftError):
        put("of tab 2", client="tab 2", base_revision=None)


def test_a_starting_point_is_a_draft_that_tabs_did_not_see(workspace, image, put):
    draft = workspace.drafts.start_from(image.id, DraftContent(0.5, b"start", None), "Kim")
    assert draft.has_unsaved_changes
    with pytest.raises(StaleDraftError):
        put("of tab 1")
    put("of tab 1", base_revision=draft.revision)


def test_everybody_has_a_draft_of_their_own(workspace, image, put):
    put("of Kim")
    # Another person is no other tab: nobody is asked, nothing is overwritten.
    put("of Lee", who="Lee", client="tab 2")
    put("of Kim again", sequence=2)
    assert workspace.drafts.get(image.id, "Kim").layer_png == b"of Kim again"
    assert workspace.drafts.get(image.id, " lee").layer_png == b"of Lee"
    assert (workspace.drafts.get(image.id).who, layer_of(workspace, image)) == ("Kim", b"of Kim again")
    assert workspace.drafts.get(image.id, "Park") is None


def test_what_was_drawn_without_a_name_goes_along_with_the_name(workspace, image, add_image, put):
    other = add_image("b")
    put("of root", who="root")
    workspace.drafts.start_from(other.id, DraftContent(0.4, b"of another tab", None), "root")
    workspace.drafts.hand_over({image.id: "tab 1"}, "never seen", "Kim")
    assert workspace.drafts.get(image.id, "Kim") is None
    workspace.drafts.hand_over({image.id: "tab 1", other.id: "tab 1"}, "root", "Kim")
    assert workspace.drafts.get(image.id, "Kim").layer_png == b"of root"
    assert workspace.drafts.get(image.id, "root") is None
    # What another tab drew may be another person's.
    assert workspace.drafts.get(other.id, "Kim") is None
    put("of root again", who="root")
    workspace.drafts.hand_over({image.id: "tab 1"}, "root", "Kim")
    assert workspace.drafts.get(image.id, "Kim").layer_png == b"of root"
    assert workspace.drafts.get(image.id, "root").layer_png == b"of root again"


def test_an_image_that_was_deleted_meanwhile_keeps_no_other_from_going_along(
    workspace, image, add_image, put
):
    put("drawn", who="root")
    gone = add_image("b")
    workspace.images.delete(gone.id)
    workspace.drafts.hand_over({gone.id: "tab 1", image.id: "tab 1"}, "root", "Kim")
    assert workspace.drafts.get(image.id, "Kim").who == "Kim"


def test_who_has_no_draft_begins_from_the_one_of_nobody(workspace, image, put):
    begun = workspace.drafts.start_from(image.id, DraftContent(0.5, b"came along", None))
    assert (begun.who, workspace.drafts.get(image.id, "Kim")) == ("", begun)
    mine = put("of Kim", base_revision=begun.revision)
    assert mine.revision == begun.revision + 1
    assert workspace.drafts.get(image.id, "Lee") == begun


def test_what_was_saved_is_where_the_others_go_on(workspace, image, put):
    put("of Kim")
    shown = DraftContent(0.4, b"of Kim", None, 9.0)
    workspace.masks.save(image.id, NewRevision(b"m", b"of Kim", 0.4, None, "Kim", 2.0, 0.1, shown=shown))
    begun = workspace.drafts.get(image.id, "Lee")
    assert (begun.layer_png, begun.threshold, begun.seconds) == (b"of Kim", 0.4, 0.0)
    assert not begun.has_unsaved_changes
    put("of Lee", who="Lee", client="tab 2")
    assert workspace.images.get(image.id).has_unsaved_changes
    saved = NewRevision(b"n", None, 0.5, None, "Lee", 1.0, 0.1, shown=DraftContent(0.5, b"of Lee", None))
    workspace.masks.save(image.id, saved)
    assert workspace.drafts.get(image.id, "Park").layer_png == b"of Lee"
    assert workspace.drafts.get(image.id, "Kim").layer_png == b"of Kim"


def test_a_draft_that_was_saved_is_unsaved_again_only_when_it_changes(workspace, image, put):
    put("one", sequence=1)
    shown = DraftContent(0.5, b"one", None)
    workspace.masks.save(image.id, NewRevision(b"m", b"one", 0.5, None, "Kim", 2.0, 0.1, shown=shown))
    assert not workspace.drafts.get(image.id, "Kim").has_unsaved_changes
    assert workspace.drafts.get(image.id, "Kim").seconds == 0.0
    put("one", sequence=2)
    assert not workspace.drafts.get(image.id).has_unsaved_changes
    put("two", sequence=3)
    assert workspace.drafts.get(image.id).has_unsaved_changes
    assert workspace.images.get(image.id).state == "corrected"


@pytest.mark.parametrize("threshold", [-0.01, 1.01])
def test_a_threshold_outside_0_to_1_is_a_mistake_of_the_caller(put, threshold):
    with pytest.raises(ValueError, match="threshold"):
        put("one", threshold=threshold)


def test_an_unknown_image_or_version_takes_no_draft(workspace, put, image):
    with pytest.raises(StoreError, match="no version number 12"):
        put("one", version_id=12)
    workspace.images.delete(image.id)
    with pytest.raises(StoreError, match="no image number"):
        put("one")


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX thing")
def test_an_acknowledged_draft_survives_a_killed_server(workspace, image):
    code = (
        "import os, signal, sys\nfrom pathlib import Path\nfrom core.workspace import Workspace\n"
        "w = Workspace.open(Path(sys.argv[1]))\n"
        "for n in range(1, 1000):\n"
        "    w.drafts.put(int(sys.argv[2]), who='Kim', version_id=None, threshold=0.5,\n"
        "                 layer_png=b'layer %d' % n,\n"
        "                 client_id='tab', sequence=n, seconds=1.0)\n"
        "    print(n, flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, workspace.address, str(image.id)],
        cwd=PROJECT_DIR,
        stdout=subprocess.PIPE,
    )
    with process:
        for _ in range(25):
            acknowledged = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
    with Workspace.open(workspace.address) as again:
        draft = again.drafts.get(image.id)
        assert draft.sequence >= acknowledged == 25
        assert draft.layer_png == b"layer %d" % draft.sequence


def test_a_tab_from_before_another_s_save_does_not_overwrite_a_newer_one(workspace, image, put):
    def save(who, layer):
        shown = DraftContent(0.5, layer, None)
        workspace.masks.save(image.id, NewRevision(b"mask", None, 0.5, None, who, 1.0, 0.1, shown=shown))

    for sequence in (1, 2, 3):
        seen_by_old = put(f"stroke {sequence}", who="Lee", sequence=sequence).revision
    save("Lee", b"stroke 3")
    save("Park", b"Park's")
    # Lee goes on from Park's mask in a new tab; another one shows what Lee had saved.
    seen_by_new = workspace.drafts.get(image.id, "Lee").revision
    put("on Park's", who="Lee", client="new tab", base_revision=seen_by_new)
    with pytest.raises(StaleDraftError):
        put("on stroke 3", who="Lee", client="old tab", base_revision=seen_by_old)
    assert workspace.drafts.get(image.id, "Lee").layer_png == b"on Park's"
