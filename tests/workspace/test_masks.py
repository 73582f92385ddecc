import signal
import subprocess
import sys
import threading
import time

import pytest

from core.config import PROJECT_DIR
from core.errors import StoreError
from core.workspace import DraftContent, NewRevision, NewVersion, Workspace, is_trainable
from core.workspace.groups import is_locked_rank


def revision(mask=b"mask", **others):
    settings = {"layer_png": b"layer", "threshold": 0.4, "version_id": None, "who": "Kim", "seconds": 9.0}
    return NewRevision(mask, foreground=0.25, **{**settings, **others})


def test_a_revision_holds_mask_layer_and_provenance(workspace, task, add_image):
    image = add_image("a")
    version = workspace.versions.add(task.id, NewVersion("versions/x", "0" * 64, "shipped", "Kim"))
    workspace.masks.save(image.id, revision(version_id=version.id, provenance={"weights": "0000"}))
    saved = workspace.truth.of(image.id)
    assert (saved.number, saved.who, saved.threshold, saved.seconds) == (1, "Kim", 0.4, 9.0)
    assert (saved.origin, saved.foreground, saved.version_id) == ("person", 0.25, version.id)
    assert saved.provenance == {"weights": "0000"}
    assert saved.created_at.utcoffset().total_seconds() == 0
    assert workspace.masks.read_mask_png(saved) == b"mask"
    assert workspace.masks.read_layer_png(saved) == b"layer"
    assert workspace.masks.get(saved.id) == saved


def test_revisions_are_only_ever_added(workspace, add_image):
    image = add_image("a")
    for text in (b"one", b"two", b"three"):
        workspace.masks.save(image.id, revision(text, layer_png=None))
    history = workspace.masks.history(image.id)
    assert [each.number for each in history] == [3, 2, 1]
    assert [workspace.masks.read_mask_png(each) for each in history] == [b"three", b"two", b"one"]
    assert workspace.masks.read_layer_png(history[0]) is None
    assert workspace.truth.of(image.id) == history[0]
    assert workspace.images.get(image.id).num_revisions == 3


def test_the_newest_of_a_task_in_one_call(workspace, task, add_image):
    first, second, _ = (add_image(text) for text in "abc")
    workspace.masks.save(first.id, revision(b"one"))
    workspace.masks.save(first.id, revision(b"two"))
    workspace.masks.save(second.id, revision(b"three"))
    found = workspace.truth.of_task(task.id)
    assert {image_id: workspace.masks.read_mask_png(each) for image_id, each in found.items()} == {
        first.id: b"two",
        second.id: b"three",
    }


def test_the_2nd_7th_and_12th_are_locked_in_order_of_first_save(workspace, task, add_image):
    images = [add_image(f"image {n}") for n in range(13)]
    # Saved from the last to the first, each one twice: the order of first saves counts.
    for image in reversed(images):
        workspace.masks.save(image.id, revision())
        workspace.masks.save(image.id, revision())
    ranks = [workspace.images.get(image.id).corrected_rank for image in images]
    assert ranks == [13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    locked = [image.corrected_rank for image in workspace.images.list(task.id) if image.locked]
    assert locked == [12, 7, 2]
    trainable = [image.corrected_rank for image in workspace.images.list(task.id) if is_trainable(image)]
    assert trainable == [13, 11, 10, 9, 8, 6, 5, 4, 3, 1]


@pytest.mark.parametrize(
    ("rank", "locked"), [(1, False), (2, True), (3, False), (7, True), (12, True), (17, True)]
)
def test_locked_ranks(rank, locked):
    assert is_locked_rank(rank) is locked


def test_tasks_have_ranks_of_their_own(workspace, add_image):
    for slug in ("lung_xray", "lung_ct"):
        image = add_image("a", task_id=workspace.tasks.get(slug).id)
        workspace.masks.save(image.id, revision())
        assert workspace.images.get(image.id).corrected_rank == 1


def test_the_saved_draft_stays_and_is_no_longer_unsaved(workspace, add_image):
    image = add_image("a")
    shown = DraftContent(0.4, b"layer", None, 9.0)
    workspace.masks.save(image.id, revision(shown=shown, client_id="tab 1"))
    draft = workspace.drafts.get(image.id, "Kim")
    assert (draft.layer_png, draft.threshold, draft.client_id) == (b"layer", 0.4, "tab 1")
    assert not draft.has_unsaved_changes


def test_a_stroke_between_looking_and_saving_stays_unsaved(workspace, add_image):
    image = add_image("a")
    workspace.drafts.start_from(image.id, DraftContent(0.4, b"newer", None), "Kim")
    workspace.masks.save(image.id, revision(shown=DraftContent(0.4, b"layer", None)))
    assert workspace.drafts.get(image.id, "Kim").layer_png == b"newer"
    assert workspace.images.get(image.id).has_unsaved_changes
    assert workspace.images.get(image.id).state == "corrected"


def test_everybody_goes_on_from_the_mask_that_was_saved_last_but_who_has_drawn_since(workspace, add_image):
    image = add_image("a")

    def save(who, layer, **others):
        shown = DraftContent(0.4, layer, None)
        workspace.masks.save(image.id, revision(who=who, shown=shown, **others))

    def seen(who):
        return workspace.drafts.get(image.id, who).layer_png

    save("Kim", b"kim's")
    # A second reading is the reader's own.
    save("Lee", b"lee's", counts=False)
    assert (seen("Kim"), seen("Lee")) == (b"kim's", b"lee's")
    save("Park", b"park's")
    assert (seen("Kim"), seen("Lee"), seen("Park")) == (b"park's",) * 3
    workspace.drafts.start_from(image.id, DraftContent(0.4, b"kim's stroke", None), "Kim")
    save("Lee", b"mended")
    assert (seen("Kim"), seen("Lee"), seen("Park")) == (b"kim's stroke", b"mended", b"mended")


def test_saves_at_the_same_moment_all_become_revisions(workspace, add_image):
    image = add_image("a")
    problems = []

    def save(number):
        try:
            with Workspace.open(workspace.address) as own:
                for turn in range(5):
                    own.masks.save(image.id, revision(f"{number}-{turn}".encode()))
        except Exception as error:
            problems.append(error)

    threads = [threading.Thread(target=save, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    history = workspace.masks.history(image.id)
    assert [each.number for each in history] == list(range(20, 0, -1))
    assert len({each.mask_file for each in history}) == 20
    assert workspace.images.get(image.id).corrected_rank == 1


@pytest.mark.parametrize("wrong", [{"threshold": 1.5}, {"who": " "}])
def test_a_mistake_of_the_caller_is_refused(workspace, add_image, wrong):
    image = add_image("a")
    with pytest.raises(ValueError):
        workspace.masks.save(image.id, revision(**wrong))
    assert workspace.masks.history(image.id) == []


def test_what_is_unknown_is_refused(workspace, add_image):
    with pytest.raises(StoreError, match="no image number 99"):
        workspace.masks.save(99, revision())
    with pytest.raises(StoreError, match="no version number 5"):
        workspace.masks.save(add_image("a").id, revision(version_id=5))
    with pytest.raises(StoreError, match="no revision number 3"):
        workspace.masks.get(3)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX thing")
def test_a_process_killed_while_it_saves_leaves_whole_revisions_only(workspace, add_image):
    image = add_image("a")
    code = (
        "import sys\nfrom pathlib import Path\nfrom core.workspace import NewRevision, Workspace\n"
        "w = Workspace.open(Path(sys.argv[1]))\n"
        "print('begun', flush=True)\n"
        "n = 0\n"
        "while True:\n"
        "    n += 1\n"
        "    text = (sys.argv[3] + ' %d' % n).encode() * 5000\n"
        "    w.masks.save(int(sys.argv[2]), NewRevision(text, text + b'layer', 0.5, None, 'Kim', 1.0, 0.0))\n"
    )
    for turn, seconds in enumerate((0.05, 0.11, 0.23)):
        process = subprocess.Popen(
            [sys.executable, "-c", code, workspace.address, str(image.id), str(turn)],
            cwd=PROJECT_DIR,
            stdout=subprocess.PIPE,
        )
        with process:
            process.stdout.readline()
            time.sleep(seconds)
            process.send_signal(signal.SIGKILL)
    with Workspace.open(workspace.address) as again:
        history = again.masks.history(image.id)
        assert [each.number for each in history] == list(range(len(history), 0, -1))
        assert again.images.get(image.id).num_revisions == len(history)
        for each in history:
            assert again.masks.read_layer_png(each) == again.masks.read_mask_png(each) + b"layer"
        again.masks.save(image.id, revision())
