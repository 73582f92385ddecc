import pytest

from core.errors import StoreError
from core.workspace import DraftContent, NewReview, NewRevision, ReviewRules
from core.workspace.image_rows import Unread, counting


@pytest.fixture
def images(workspace, add_image):
    """Nine images a to i, of which b, d, f and h are drawn on; e was deleted."""
    rows = {text: add_image(text) for text in "abcdefghi"}
    for text in "bdfh":
        workspace.drafts.start_from(rows[text].id, DraftContent(0.5, b"layer", None))
    workspace.images.delete(rows.pop("e").id)
    return rows


def names(rows):
    return "".join(row.name.removesuffix(".png") for row in rows)


def place_of(workspace, around, show="all"):
    """Which of how many the strip calls it."""
    return workspace.images.stacks_around(around, show, each_side=1)[1:]


def test_the_neighbourhood_of_an_image(workspace, task, images):
    around = workspace.images.around(task.id, images["d"].id, each_side=2)
    assert (names(around.before), around.image.name, names(around.after)) == ("bc", "d.png", "fg")
    assert place_of(workspace, around) == (4, 8)
    assert (around.previous_id, around.next_id) == (images["c"].id, images["f"].id)


def test_the_newest_of_some_filters(workspace, task, images):
    for text in "bda":
        workspace.masks.save(images[text].id, NewRevision(b"mask", None, 0.5, None, "Kim", 1.0, 0.0))
    # Of five groups the second one that is corrected is locked: d.
    newest, count = workspace.images.newest, workspace.images.count
    assert names(newest(task.id, "corrected", limit=9)) == "adb"
    assert names(newest(task.id, "corrected", limit=2)) == "ad"
    assert names(newest(task.id, "corrected", "locked", limit=9)) == "d"
    assert names(newest(task.id, "corrected", "free", limit=9)) == "ab"
    assert (count(task.id), count(task.id, "corrected"), count(task.id, "corrected", "free")) == (8, 3, 2)


def test_the_filters_of_what_counts_are_what_the_truth_counts(workspace, task, images):
    saved = {}
    for text, scope in {"a": "whole", "b": "whole", "c": "part", "d": "whole"}.items():
        new = NewRevision(b"mask", None, 0.5, None, "Kim", 1.0, 0.0, scope=scope)
        saved[text] = workspace.masks.save(images[text].id, new).id
    workspace.reviews.decide([(images["a"].id, NewReview("flagged", "Lee", saved["a"]))])
    workspace.reviews.decide([(images["c"].id, NewReview("approved", "Lee", saved["c"]))])
    newest, truth = workspace.images.newest, workspace.truth
    assert names(newest(task.id, "corrected", "whole", limit=9)) == "dba"
    assert truth.learnt_from(task.id, "whole").saved == 3
    for rules, counted in ((ReviewRules(), "dcb"), (ReviewRules(approved_only=True), "c")):
        workspace.tasks.set_review_rules(task.id, rules)
        assert names(newest(task.id, "corrected", counting(rules), limit=9)) == counted
        assert truth.image_ids(task.id) == {images[text].id for text in counted}
        assert truth.num_counting(task.id) == len(counted)


def test_at_the_ends_there_is_less(workspace, task, images):
    first = workspace.images.around(task.id, images["a"].id, each_side=3)
    assert (first.before, names(first.after), first.previous_id) == ((), "bcd", None)
    last = workspace.images.around(task.id, images["i"].id, each_side=3)
    assert (names(last.before), last.after, last.next_id) == ("fgh", (), None)
    assert (place_of(workspace, first), place_of(workspace, last)) == ((1, 8), (8, 8))


def test_a_filter_leaves_out_others_but_never_the_image_itself(workspace, task, images):
    drawn = workspace.images.around(task.id, images["d"].id, "draft", each_side=9)
    assert (names(drawn.before), names(drawn.after)) == ("b", "fh")
    assert place_of(workspace, drawn, "draft") == (2, 4)
    for text, neighbours, place in (("c", "bd", 2), ("g", "fh", 4)):
        between = workspace.images.around(task.id, images[text].id, "draft", each_side=1)
        assert names([*between.before, *between.after]) == neighbours
        assert place_of(workspace, between, "draft") == (place, 5)


def test_a_filter_without_a_number_on_the_page_has_places_too(workspace, task, images):
    for text in "abcd":
        workspace.masks.save(images[text].id, NewRevision(b"mask", None, 0.5, None, "Kim", 1.0, 0.0))
    # Of four groups that are corrected the second one is locked.
    for text, place in (("b", (1, 1)), ("i", (2, 2))):
        around = workspace.images.around(task.id, images[text].id, "locked")
        assert place_of(workspace, around, "locked") == place


def test_masks_that_wait_to_be_read_blind_are_counted_as_new(workspace, task, images):
    for text in "abc":
        workspace.masks.save(images[text].id, NewRevision(b"mask", None, 0.5, None, "Kim", 1.0, 0.0))
    unread = Unread(frozenset([images["a"].id]), frozenset([images["b"].id]))
    seen = workspace.images.with_unread(unread)
    # g and i are new, and a looks so; b was opened.
    assert seen.counts(task.id) == {
        show: seen.count(task.id, show) for show in ("all", "new", "draft", "corrected", "flagged")
    }
    assert (seen.counts(task.id)["new"], seen.counts(task.id)["corrected"]) == (3, 1)


def test_an_image_of_another_task_has_no_neighbourhood_here(workspace, task, add_image):
    other = add_image("a", task_id=workspace.tasks.get("lung_ct").id)
    with pytest.raises(StoreError, match=f"no image number {other.id}"):
        workspace.images.around(task.id, other.id)


def test_a_jump_to_a_place(workspace, task, images):
    assert workspace.images.first(task.id).name == "a.png"
    assert workspace.images.first(task.id, "draft").name == "b.png"
    assert workspace.images.first(task.id, "corrected") is None
    assert workspace.images.at(task.id, 5).name == "f.png"
    assert workspace.images.at(task.id, 4, "draft").name == "h.png"
    for nowhere in (-1, 0, 9):
        assert workspace.images.at(task.id, nowhere) is None


def test_an_order_of_ones_own_is_the_same_everywhere_and_keeps_groups_and_stacks(workspace, task, add_image):
    rows = [add_image(text) for text in "abcdefghijklmnop"]
    own = workspace.images.with_unread(Unread(seed=5))
    for place in (1, 7, 16):
        alone = own.around(task.id, own.at(task.id, place).id)
        assert own.stacks_around(alone, each_side=1)[1:] == (place, 16)
    workspace.groups.assign([rows[1].id, rows[12].id], kind="hand", key="together")
    workspace.images.put_in_order([rows[5].id, rows[4].id, rows[6].id], "stack")
    workspace.groups.assign([each.id for each in rows[4:7]], kind="volume", key="stack")
    order = [own.at(task.id, place).id for place in range(1, 17)]
    assert sorted(order) == sorted(each.id for each in rows)
    assert order != sorted(order)
    assert order != [
        workspace.images.with_unread(Unread(seed=6)).at(task.id, place).id for place in range(1, 17)
    ]
    assert order.index(rows[12].id) == order.index(rows[1].id) + 1
    start = order.index(rows[5].id)
    assert order[start : start + 3] == [rows[5].id, rows[4].id, rows[6].id]
    for image_id in order:
        around = own.around(task.id, image_id, each_side=16)
        assert [each.id for each in (*around.before, around.image, *around.after)] == order
        stacks, at, total = own.stacks_around(around, each_side=16)
        heads = [each for each in order if each not in (rows[4].id, rows[6].id)]
        assert [each.image.id for each in stacks] == heads
        head = rows[5].id if image_id in (rows[4].id, rows[6].id) else image_id
        assert (at, total) == (heads.index(head) + 1, 14)


def test_a_search_by_name_or_number(workspace, task, add_image):
    for name in ("Film 3.PNG", "film_2.png", "가슴 50%.png", "other.png"):
        add_image(name, name=name)
    add_image("elsewhere", name="film 9.png", task_id=workspace.tasks.get("lung_ct").id)

    def found(text, **limits):
        return [row.name for row in workspace.images.search(task.id, text, **limits)]

    assert found("FILM") == ["Film 3.PNG", "film_2.png"]
    assert found("film", limit=1) == ["Film 3.PNG"]
    assert found(" 가슴 ") == ["가슴 50%.png"]
    assert found("50%") == ["가슴 50%.png"]
    assert found("m_") == ["film_2.png"]
    assert found("2") == ["film_2.png"]
    assert found("3") == ["가슴 50%.png", "Film 3.PNG"]
    assert found("7") == found("") == found("9" * 30) == []
