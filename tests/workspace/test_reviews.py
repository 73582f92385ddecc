"""Verdicts and the queue: what counts, who was faster, what is taken back, and which masks are used then."""

import signal
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from core.config import PROJECT_DIR
from core.errors import StoreError
from core.reasons import Reason
from core.workspace import (
    GuessRow,
    NewLabel,
    NewReview,
    NewRevision,
    NewVersion,
    NotTaken,
    ReviewPlace,
    ReviewRules,
    Seen,
)


def revision_of(text=b"mask", who="Kim", **others):
    return NewRevision(text, None, 0.5, None, who, 1.0, 0.0, **others)


@pytest.fixture
def cells(workspace):
    """A task without a model: its queue holds saved masks alone."""
    return workspace.tasks.create("Cells")


@pytest.fixture
def save(workspace, add_image, cells):
    def one(text, who="Kim"):
        image = add_image(text, task_id=cells.id)
        return image, workspace.masks.save(image.id, revision_of(text.encode(), who))

    return one


def names(items):
    return [item.image.name[0] for item in items]


def state_of(workspace, image):
    return workspace.images.get(image.id).review


def test_the_queue_in_each_order_and_page_by_page(workspace, cells, save, add_image):
    for text in "abcde":
        save(text)
    add_image("f", task_id=cells.id)
    first = workspace.images.first(cells.id)
    workspace.masks.save(first.id, revision_of(b"again"))
    for order, expected in (("newest", "aedcb"), ("uploaded", "abcde")):
        pages = workspace.review_pages(cells.id, order)
        assert names(pages.page("open", None, 9)) == list(expected)
        head = pages.page("open", None, 2)
        assert names(pages.page("open", ReviewPlace(head[-1].key, inclusive=False), 2)) == list(expected[2:4])
        assert names(pages.page("open", ReviewPlace(head[-1].key), 2)) == list(expected[1:3])
        last = pages.page("open", None, 9)[-1]
        assert names(pages.before("open", last.key, 3)) == list(expected[1:4])
    assert pages.counts() == {"open": 5, "approved": 0, "flagged": 0}


def test_the_least_certain_comes_first_and_what_nothing_is_known_of_last(workspace, task, add_image):
    version = workspace.versions.add(task.id, NewVersion("versions/v", "hash", "scratch", "Kim"))
    version = workspace.versions.promote(version.id, who="Kim", why=Reason("text", {"text": "Test."}))
    images = [add_image(text) for text in "abc"]
    now = datetime.now(UTC)
    for image, score in zip(images, (0.9, 0.4, None), strict=True):
        if score is not None:
            guess = GuessRow(image.id, version.id, score, 0.18, 0.8, 0.7, 0.9, now)
            workspace.quality.put([guess])
    pages = workspace.review_pages(task.id, "unsure")
    found = pages.page("open", None, 9)
    assert names(found) == ["b", "a", "c"]
    assert [item.guess and item.guess.score for item in found] == [0.4, 0.9, None]
    assert names(pages.page("open", ReviewPlace(found[0].key, inclusive=False), 9)) == ["a", "c"]
    assert names(pages.before("open", found[2].key, 9)) == ["b", "a"]


def test_who_is_to_draw_gold_images_finds_saved_masks_alone_in_the_queue(workspace, task, add_image):
    version = workspace.versions.add(task.id, NewVersion("versions/v", "hash", "scratch", "Kim"))
    workspace.versions.promote(version.id, who="Kim", why=Reason("text", {"text": "Test."}))
    gold, other, new = (add_image(text) for text in "abc")
    for image in (gold, other):
        workspace.masks.save(image.id, revision_of())
    assert names(workspace.review_pages(task.id, "uploaded").page("open", None, 9)) == ["a", "b", "c"]
    pages = workspace.review_pages(task.id, "uploaded", without=[gold.id])
    assert names(pages.page("open", None, 9)) == ["b", "c"]
    assert (pages.item(gold.id), pages.counts()["open"]) == (None, 2)
    pages = workspace.review_pages(task.id, "uploaded", without=[gold.id], saved_alone=True)
    assert names(pages.page("open", None, 9)) == ["b"]
    # An address opens neither the gold image nor one that is really new.
    assert pages.item(gold.id) is None
    assert pages.item(new.id) is None
    assert pages.item(other.id) is not None


def test_a_random_order_holds_everything_and_is_the_same_for_the_same_seed(workspace, cells, save):
    for text in "abcdefgh":
        save(text)

    def drawn(seed):
        return names(workspace.review_pages(cells.id, "random", seed=seed).page("open", None, 9))

    assert sorted(drawn(1)) == list("abcdefgh")
    assert drawn(1) == drawn(1)
    assert len({tuple(drawn(seed)) for seed in range(5)}) > 1


def test_whose_masks(workspace, cells, save):
    save("a", "Kim")
    save("b", "Lee")
    kim, lee = workspace.review_pages(cells.id, "uploaded").drawers()
    assert (kim.name, lee.name) == ("Kim", "Lee")
    pages = workspace.review_pages(cells.id, "uploaded", drawn=lee.id)
    assert names(pages.page("open", None, 9)) == ["b"]
    assert workspace.review_pages(cells.id, "uploaded", drawn="model").page("open", None, 9) == []


def test_a_verdict_is_on_the_revision_that_was_seen(workspace, save):
    image, revision = save("a")
    seen = Seen(revision.id, None)
    newer = workspace.masks.save(image.id, revision_of(b"newer", "Lee"))
    (outcome,) = workspace.reviews.decide([(image.id, NewReview("approved", "Park", revision.id, seen=seen))])
    assert outcome == NotTaken(image.id, "changed", "Lee")
    assert workspace.reviews.of_image(image.id) == []
    workspace.reviews.decide([(image.id, NewReview("approved", "Park", newer.id, seen=Seen(newer.id, None)))])
    assert state_of(workspace, image) == "approved"
    workspace.masks.save(image.id, revision_of(b"newest"))
    assert state_of(workspace, image) == "open"


def test_of_two_reviewers_at_once_the_second_is_told(workspace, save):
    image, revision = save("a")
    seen = Seen(revision.id, None)
    (first,) = workspace.reviews.decide([(image.id, NewReview("approved", "Lee", revision.id, seen=seen))])
    (second,) = workspace.reviews.decide([(image.id, NewReview("flagged", "Park", revision.id, seen=seen))])
    assert second == NotTaken(image.id, "judged", "Lee")
    assert workspace.reviews.of_image(image.id) == [first]
    # The same again is an answer that did not arrive.
    assert workspace.reviews.decide([(image.id, NewReview("approved", "Lee", revision.id, seen=seen))]) == [
        first
    ]
    (flagged,) = workspace.reviews.decide(
        [(image.id, NewReview("flagged", "Park", revision.id, seen=Seen(revision.id, first.id)))]
    )
    assert state_of(workspace, image) == "flagged"
    workspace.reviews.withdraw([flagged.id], "Park")
    assert state_of(workspace, image) == "approved"
    with pytest.raises(StoreError, match="Lee's"):
        workspace.reviews.withdraw([first.id], "Park")
    workspace.reviews.withdraw([first.id], "Lee")
    assert state_of(workspace, image) == "open"
    assert len(workspace.reviews.of_image(image.id)) == 4


def test_an_undo_gives_back_what_was_said_before(workspace, save):
    image, revision = save("a")
    approved = NewReview("approved", "Lee", revision.id, reasons=("edge",), comment="fine")
    first = workspace.reviews.add(image.id, approved)
    flagged = workspace.reviews.add(image.id, NewReview("flagged", "Lee", revision.id))
    (again,) = workspace.reviews.withdraw([flagged.id], "Lee", says_before=True)
    assert state_of(workspace, image) == "approved"
    assert (again.verdict, again.reasons, again.comment) == ("approved", ("edge",), "fine")
    # Something newer was said since: that stays, whichever is taken back.
    assert workspace.reviews.withdraw([first.id, flagged.id], "Lee") == []
    assert state_of(workspace, image) == "approved"
    workspace.reviews.withdraw([again.id], "Lee")
    assert state_of(workspace, image) == "open"


def test_an_undo_of_a_flag_keeps_a_proposal_that_was_accepted_before(workspace, cells, add_image):
    image = add_image("a", task_id=cells.id)
    accepted = revision_of(b"proposal", "Lee", provenance={"accepted_unchanged": True})
    review = workspace.reviews.add(image.id, NewReview("approved", "Lee", accepts=accepted))
    flagged = workspace.reviews.add(image.id, NewReview("flagged", "Lee", review.revision_id))
    workspace.reviews.withdraw([flagged.id], "Lee", says_before=True)
    assert workspace.truth.of(image.id).id == review.revision_id
    assert state_of(workspace, image) == "approved"


def test_a_deleted_image_stops_no_other_verdict(workspace, save):
    gone, _ = save("a")
    image, revision = save("b")
    workspace.images.delete(gone.id)
    outcomes = workspace.reviews.decide(
        [(gone.id, NewReview("approved", "Lee", 1)), (image.id, NewReview("approved", "Lee", revision.id))]
    )
    assert outcomes[0] == NotTaken(gone.id, "gone")
    assert outcomes[1].verdict == "approved"


def test_a_proposal_is_accepted_and_approved_in_one_step_and_taken_back(workspace, cells, add_image):
    image = add_image("a", task_id=cells.id)
    accepted = revision_of(b"proposal", "Lee", provenance={"accepted_unchanged": True})
    (review,) = workspace.reviews.decide(
        [(image.id, NewReview("approved", "Lee", accepts=accepted, seen=Seen(None, None)))]
    )
    truth = workspace.truth.of(image.id)
    assert (truth.who, truth.id) == ("Lee", review.revision_id)
    assert workspace.images.get(image.id).review == "approved"
    workspace.reviews.withdraw([review.id], "Lee")
    assert workspace.truth.of(image.id) is None
    assert workspace.images.get(image.id).state == "new"
    assert [each.number for each in workspace.masks.history(image.id)] == [1]


def test_nobody_approves_a_mask_of_their_own_where_the_task_says_so(workspace, cells, save, add_image):
    image, revision = save("a", "Kim")
    workspace.tasks.set_review_rules(cells.id, ReviewRules(second_person=True), "Lee")
    own, others = NewReview("approved", "kim", revision.id), NewReview("approved", "Lee", revision.id)
    assert workspace.reviews.decide([(image.id, own)]) == [NotTaken(image.id, "own", "Kim")]
    assert workspace.reviews.decide([(image.id, others)])[0].verdict == "approved"
    bare = add_image("b", task_id=cells.id)
    accepted = revision_of(b"proposal", "Lee", provenance={"accepted_unchanged": True})
    accepts = NewReview("approved", "Lee", accepts=accepted)
    assert workspace.reviews.decide([(bare.id, accepts)]) == [NotTaken(bare.id, "second", "Lee")]
    assert workspace.images.get(bare.id).review == "open"
    assert workspace.truth.of(bare.id).who == "Lee"
    # It is taken back as a verdict is, by who gave it, and not once somebody has approved it.
    workspace.reviews.withdraw([], "Park", accepted=[bare.id])
    assert workspace.truth.of(bare.id).who == "Lee"
    workspace.reviews.withdraw([], "Lee", accepted=[bare.id])
    assert workspace.truth.of(bare.id) is None
    assert workspace.audit.list(limit=1)[0].action == "mask_taken_back"
    workspace.reviews.decide([(bare.id, accepts)])
    workspace.reviews.add(bare.id, NewReview("approved", "Park", workspace.truth.of(bare.id).id))
    workspace.reviews.withdraw([], "Lee", accepted=[bare.id])
    assert workspace.truth.of(bare.id).who == "Lee"


def test_nobody_approves_a_label_of_their_own_where_the_task_says_so(workspace, cells, save):
    image, revision = save("a", "Kim")
    workspace.tasks.set_review_rules(cells.id, ReviewRules(second_person=True), "Lee")

    def approved_by(who, *labels):
        for label in labels:
            workspace.labels.save(image.id, label)
        label, reviews = workspace.labels.latest(image.id), workspace.reviews.of_image(image.id)
        seen = Seen(revision.id, reviews[0].id if reviews else None, label.id if label.label else None)
        new = NewReview("approved", who, revision.id, label_id=seen.label_id, seen=seen)
        [said] = workspace.reviews.decide([(image.id, new)])
        return said

    own = NotTaken(image.id, "own_label", "Lee")
    assert approved_by("Lee", NewLabel("NV", "Kim"), NewLabel("MEL", "lee")) == own
    # Who changes it and changes it back says what somebody else says.
    assert approved_by("Lee", NewLabel("NV", "Lee")).verdict == "approved"
    assert approved_by("Lee", NewLabel("BCC", "Kim"), NewLabel("NV", "Lee")) == own
    # Without a label the mask alone is judged; one that came as a file is nobody's own.
    assert approved_by("Lee", NewLabel(None, "Lee")).verdict == "approved"
    assert approved_by("Lee", NewLabel("NV", "Lee", "imported")).verdict == "approved"


def test_which_masks_count(workspace, cells, save):
    (one, first), (two, second), (three, _) = save("a"), save("b"), save("c")
    workspace.reviews.add(one.id, NewReview("approved", "Lee", first.id))
    workspace.reviews.add(two.id, NewReview("flagged", "Lee", second.id, reasons=("part_missing",)))
    assert workspace.truth.num_reviewed(cells.id) == {"approved": 1, "flagged": 1, "open": 1}
    assert set(workspace.truth.of_task(cells.id)) == {one.id, three.id}
    there = workspace.truth.learnt_from(cells.id)
    assert workspace.truth.num_counting(cells.id, "free") == sum(there.groups)
    workspace.tasks.set_review_rules(cells.id, ReviewRules(approved_only=True))
    assert set(workspace.truth.of_task(cells.id)) == workspace.truth.image_ids(cells.id) == {one.id}
    assert workspace.reviews.num_flagged_of(cells.id, "KIM") == 1
    assert workspace.reviews.num_flagged_of(cells.id, "nobody") == 0
    assert [image.id for image in workspace.images.list(cells.id, "flagged")] == [two.id]


def test_a_comment_comes_back_to_the_letter(workspace, save):
    image, revision = save("a")
    comment = ("<script>alert(1)</script> 왼쪽 아래가 잘렸습니다 🫁 " * 400)[:10_000]
    review = workspace.reviews.add(image.id, NewReview("flagged", "Lee", revision.id, comment=comment))
    assert workspace.reviews.of_image(image.id)[0].comment == comment == review.comment


@pytest.mark.sqlite
def test_no_acknowledged_verdict_is_lost_where_the_process_is_killed(workspace, cells, save, tmp_path):
    pairs = [save(f"image {number}") for number in range(8)]
    code = (
        "import os, signal, sys\n"
        "from core.workspace import NewReview, Workspace\n"
        "workspace = Workspace.open(sys.argv[1])\n"
        "for pair in sys.argv[2].split():\n"
        "    image, revision = map(int, pair.split(','))\n"
        "    workspace.reviews.decide([(image, NewReview('approved', 'Lee', revision))])\n"
        "    print(image, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    told = " ".join(f"{image.id},{revision.id}" for image, revision in pairs)
    run = subprocess.run(
        [sys.executable, "-c", code, workspace.address, told], cwd=PROJECT_DIR, capture_output=True, text=True
    )
    assert run.returncode == -signal.SIGKILL, run.stderr
    acknowledged = [int(line) for line in run.stdout.split()]
    assert len(acknowledged) == 8
    assert all(workspace.images.get(image_id).review == "approved" for image_id in acknowledged)
    assert workspace.audit.first_altered() is None
