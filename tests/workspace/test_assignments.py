"""Images are given to persons in shares, and who is a reader sees their own work alone."""

import inspect

import pytest

from core.errors import NotAllowedError, StoreError
from core.workspace import (
    DraftContent,
    GuessRow,
    ImageFacts,
    NewLabel,
    NewReview,
    NewRevision,
    NewVersion,
    Shares,
)
from core.workspace.tables import utc_now


@pytest.fixture
def people(workspace):
    """Numbers of Kim, Lee and Park, who read, by name."""
    return {name: workspace.persons.get_or_add(name).id for name in ("Kim", "Lee", "Park")}


def save(workspace, image, who):
    return workspace.masks.save(image.id, NewRevision(b"mask", None, 0.5, None, who, 1.0, 0.0))


def given(workspace, task):
    """Whom each image was given to, by its name."""
    return {image.name: image.reader_id for image in workspace.images.list(task.id)}


def held(workspace, task):
    return {share.who: (share.done, share.images) for share in workspace.assignments.of_task(task.id)}


def test_shares_are_kept_to_the_image_and_the_same_seed_gives_the_same(workspace, task, people, add_image):
    for number in range(40):
        add_image(f"{number:02}")
    shares = Shares({people["Kim"]: 50, people["Lee"]: 30, people["Park"]: 20}, seed=3)
    workspace.assignments.give(task.id, shares, who="Chief")
    assert held(workspace, task) == {"Kim": (0, 20), "Lee": (0, 12), "Park": (0, 8)}
    first = given(workspace, task)
    workspace.assignments.give(task.id, None, who="Chief")
    assert set(given(workspace, task).values()) == {None}
    assert not workspace.tasks.get_by_id(task.id).is_shared
    workspace.assignments.give(task.id, shares, who="Chief")
    assert given(workspace, task) == first
    workspace.assignments.give(task.id, Shares(shares.percent, seed=4), who="Chief")
    assert given(workspace, task) != first
    assert [row.action for row in workspace.audit.list(task_id=task.id)] == ["images_given"] * 4


def test_new_images_go_by_the_same_shares(workspace, task, people, add_image):
    workspace.assignments.give(task.id, Shares({people["Kim"]: 75, people["Lee"]: 25}), who="Chief")
    for number in range(12):
        add_image(f"{number:02}")
    assert held(workspace, task) == {"Kim": (0, 9), "Lee": (0, 3)}


def test_images_of_a_group_stay_together(workspace, task, people, add_image):
    slices = workspace.images.add_frames(
        task.id, "stack.tif", b"stack", [(frame, ImageFacts(2, 3)) for frame in range(6)]
    )
    for name in "abcdef":
        add_image(name)
    workspace.assignments.give(task.id, Shares({people["Kim"]: 50, people["Lee"]: 50}), who="Chief")
    owners = {image.reader_id for image in workspace.images.of_stack(slices[0])}
    assert len(owners) == 1
    assert held(workspace, task) == {"Kim": (0, 6), "Lee": (0, 6)}
    # Two that turn out to be of one patient are one person's, and so is what comes into their group later.
    images = workspace.images.list(task.id)
    first, other = (next(each for each in images if each.reader_id == people[who]) for who in ("Lee", "Kim"))
    workspace.groups.assign([first.id, other.id], kind="patient", key="7")
    earlier = min(first, other, key=lambda image: image.position)
    assert {workspace.images.get(each.id).reader_id for each in (first, other)} == {earlier.reader_id}
    workspace.assignments.give_group(workspace.images.get(first.id).group_id, people["Park"], who="Chief")
    assert held(workspace, task)["Park"][1] >= 2


def test_giving_anew_leaves_what_was_saved_and_loses_no_draft(workspace, task, people, add_image):
    images = [add_image(name) for name in "abcd"]
    save(workspace, images[0], "Kim")
    workspace.assignments.give(task.id, Shares({people["Kim"]: 100}), who="Chief")
    workspace.drafts.start_from(images[1].id, DraftContent(0.3, b"layer", None), "Kim")
    save(workspace, images[2], "Kim")
    flagged = save(workspace, images[3], "Kim")
    workspace.reviews.add(images[3].id, NewReview("flagged", "Chief", revision_id=flagged.id))
    assert held(workspace, task)["Kim"] == (2, 4)
    workspace.assignments.give(task.id, Shares({people["Lee"]: 100}), who="Chief")
    assert held(workspace, task) == {"Kim": (2, 2), "Lee": (0, 2)}
    assert workspace.drafts.get(images[1].id, "Kim").layer_png == b"layer"
    assert len(workspace.masks.history(images[3].id)) == 1
    lee = workspace.assignments.of_person(task.id, " lee")
    assert (lee.images, lee.done, lee.percent) == (2, 0, 100)
    assert workspace.assignments.of_person(task.id, "Park") is None


def test_one_queue_and_how_far_it_is(workspace, task, people, add_image):
    images = [add_image(name) for name in "abcd"]
    workspace.assignments.give(task.id, Shares({people["Kim"]: 50, people["Lee"]: 50}), who="Chief")
    queue = workspace.queue_of("Kim")
    own = [image for image in images if workspace.images.get(image.id).reader_id == people["Kim"]]
    assert [image.id for image in queue.images.list(task.id)] == [image.id for image in own]
    save(workspace, own[0], "Kim")
    counts = queue.images.counts(task.id)
    assert (counts["all"], counts["corrected"]) == (2, 1)
    around = queue.images.around(task.id, own[0].id, each_side=5)
    assert around.next_id == own[1].id
    assert queue.images.stacks_around(around, each_side=5)[2] == 2
    assert workspace.images.counts(task.id)["all"] == 4
    assert workspace.queue_of("Nobody").images.list(task.id) == []


@pytest.mark.parametrize(
    ("percent", "said"),
    [({"Kim": 50}, "come to 50"), ({"Kim": 150, "Lee": -50}, "none below 0"), ({}, "to 0")],
)
def test_shares_that_do_not_come_to_a_hundred(workspace, task, people, percent, said):
    shares = Shares({people[who]: part for who, part in percent.items()})
    with pytest.raises(StoreError, match=said):
        workspace.assignments.give(task.id, shares, who="Chief")


def test_nobody_is_given_anything_who_was_removed(workspace, task, people):
    workspace.persons.remove(people["Lee"])
    with pytest.raises(StoreError, match="does not work in this workspace"):
        workspace.assignments.give(task.id, Shares({people["Lee"]: 100}), who="Chief")


@pytest.fixture
def two(workspace, task, people, add_image):
    """An image of Kim's and one of Lee's, each with everything that can hang on an image."""
    own, other = add_image("own"), add_image("other")
    version = workspace.versions.add(task.id, NewVersion("versions/one", "one", "fine_tuned", "Chief"))
    revisions = {}
    for image, who in ((own, "Kim"), (other, "Lee")):
        workspace.assignments.give_group(image.group_id, people[who], who="Chief")
        workspace.drafts.start_from(image.id, DraftContent(0.5, b"layer", None), who)
        revisions[image.id] = save(workspace, image, who)
        workspace.reviews.add(image.id, NewReview("flagged", "Chief", revision_id=revisions[image.id].id))
        workspace.labels.save(image.id, NewLabel("nevus", who))
        workspace.images.mark_looked_at(image.id, who)
        workspace.quality.put([GuessRow(image.id, version.id, 0.5, 0.1, 0.5, None, None, utc_now())])
    return own, other, revisions, version


# Every way to read images and what hangs on them: what it gives of Kim's and Lee's, as the numbers of images.
def readings(store, task, own, other, revisions, version):
    stack = [own.id, other.id]
    pages = store.review_pages(task.id, "uploaded")
    return {
        "images.get": [image.id for image in (_or_none(store.images.get, each) for each in stack) if image],
        "images.list": [image.id for image in store.images.list(task.id)],
        "images.find": [each.id for each in stack_of(store, task, own, other)],
        "images.of_group": [
            image.id for each in (own, other) for image in store.images.of_group(each.group_id, 9)
        ],
        "images.of_file": [
            image.id for each in (own, other) for image in store.images.of_file(task.id, each.sha256)
        ],
        "images.search": [image.id for image in store.images.search(task.id, "o")],
        "images.at": [image.id for image in (store.images.at(task.id, n) for n in (1, 2)) if image],
        "images.first_flagged_of": [
            image.id
            for image in (store.images.first_flagged_of(task.id, who) for who in ("Kim", "Lee"))
            if image
        ],
        "images.last_looked_at": [
            image_id
            for image_id in (store.images.last_looked_at(task.id, who) for who in ("Kim", "Lee"))
            if image_id
        ],
        "images.around": [own.id, *(image.id for image in store.images.around(task.id, own.id).after)],
        "images.stacks_around": [
            each.image.id
            for each in store.images.stacks_around(store.images.around(task.id, own.id), each_side=3)[0]
        ],
        "images.counts": stack[: store.images.counts(task.id)["all"]],
        "drafts.get": [each for each in stack if store.drafts.get(each)],
        "drafts.unsaved_layers": stack[: len(store.drafts.unsaved_layers(task.id))],
        "masks.history": [revision.image_id for each in stack for revision in store.masks.history(each)],
        "masks.get": [each for each in stack if _or_none(store.masks.get, revisions[each].id)],
        "masks.of_task": [revision.image_id for revision in store.masks.of_task(task.id)],
        "masks.files": [each for each in stack if revisions[each].id in store.masks.files()],
        "reviews.of_image": [review.image_id for each in stack for review in store.reviews.of_image(each)],
        "reviews.judged_by": sorted(store.reviews.judged_by(task.id, "Chief")),
        "labels.latest_of_task": sorted(store.labels.latest_of_task(task.id)),
        "labels.history": [label.image_id for each in stack for label in store.labels.history(each)],
        "truth.of": [each for each in stack if store.truth.of(each)],
        "truth.readings": [reading.image_id for reading in store.truth.readings(task.id)],
        "images.count": stack[: store.images.count(task.id, "flagged")],
        "images.newest": [image.id for image in store.images.newest(task.id, "flagged", limit=9)][::-1],
        "truth.learnt_from": stack[: store.truth.learnt_from(task.id).saved],
        "truth.num_reviewed": stack[: store.truth.num_reviewed(task.id)["flagged"]],
        "quality.of_version": sorted(store.quality.of_version(version.id)),
        "review_pages.page": [item.image.id for item in pages.page("flagged", None, 9)],
        "review_pages.counts": stack[: pages.counts()["flagged"]],
        "review_pages.item": [each for each in stack if pages.item(each)],
    }


def _or_none(read, number):
    try:
        return read(number)
    except StoreError:
        return None


def stack_of(store, task, *images):
    return [found for image in images if (found := store.images.find(task.id, image.sha256))]


def test_a_reader_sees_only_their_own_work_and_the_verdicts_on_it(workspace, task, people, two):
    own, other, revisions, version = two
    seen = readings(workspace.acting_as("Kim"), task, own, other, revisions, version)
    assert seen == {name: [own.id] for name in seen}
    for role in ("reviewer", "admin"):
        workspace.persons.set_role(people["Kim"], role)
        seen = readings(workspace.acting_as("Kim"), task, own, other, revisions, version)
        assert seen == {name: [own.id, other.id] for name in seen}


def test_nobody_who_has_not_signed_in_is_limited(workspace, task, two):
    own, other, revisions, version = two
    seen = readings(workspace, task, own, other, revisions, version)
    assert seen == {name: [own.id, other.id] for name in seen}


def test_what_a_reader_drew_stays_theirs_to_see_when_it_is_given_to_another(workspace, task, people, two):
    own, other, *_ = two
    kim = workspace.acting_as("Kim")
    workspace.assignments.give_group(own.group_id, people["Park"], who="Chief")
    assert [image.id for image in kim.images.list(task.id)] == [own.id]
    assert [image.id for image in workspace.acting_as("Park").images.list(task.id)] == [own.id]
    assert [image.id for image in workspace.acting_as("Lee").images.list(task.id)] == [other.id]


def test_what_a_reader_brings_is_theirs_and_known_bytes_are_no_way_in(workspace, task, people, two):
    own, other, *_ = two
    workspace.assignments.give(task.id, Shares({people["Lee"]: 100}), who="Chief")
    kim = workspace.acting_as("Kim")
    assert kim.images.add(task.id, "new.png", b"new", ImageFacts(2, 3)).reader_id == people["Kim"]
    again = kim.images.add(task.id, "other.png", b"other", ImageFacts(2, 3))
    assert again.id == other.id
    with pytest.raises(NotAllowedError, match="given to somebody else"):
        kim.images.set_reference_mask(again.id, b"mask")
    with pytest.raises(StoreError, match="There is no image number"):
        kim.images.get(again.id)


def test_the_list_of_readings_is_whole(workspace, task, two):
    """Whoever adds a way to read images says in `readings` that it obeys, or here why it need not."""
    writes = (
        "images.add images.add_frames images.mark_looked_at images.set_reference_mask images.add_notes "
        "images.put_in_order images.delete masks.save masks.point_back drafts.put drafts.start_from "
        "drafts.begin_anew drafts.hand_over reviews.add reviews.decide reviews.withdraw labels.save "
        "quality.put images.unused_files images.remove_unused"
    )
    of_a_row_that_was_read = (
        "images.read_reference images.of_stack images.places_in_stacks masks.read_mask_png "
        "masks.read_layer_png"
    )
    same_query = (
        "images.first images.with_unread masks.naming masks.last_of masks.last_before masks.get_all "
        "masks.image_ids masks.num_locked reviews.of_images truth.num_counting "
        "reviews.num_flagged_of labels.latest labels.latest_of_images truth.image_ids truth.of_task "
        "truth.missing truth.told_of quality.missing quality.num_missing"
    )
    named = {*readings(workspace, task, *two), *f"{writes} {of_a_row_that_was_read} {same_query}".split()}
    for part in ("images", "masks", "drafts", "reviews", "labels", "truth", "quality"):
        for name, _ in inspect.getmembers(getattr(workspace, part), inspect.ismethod):
            assert name.startswith("_") or f"{part}.{name}" in named
