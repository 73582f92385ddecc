import pytest

from core.errors import StoreError
from core.workspace import DraftContent, NewRevision
from core.workspace.slugs import make_slug


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Cell nuclei", "cell_nuclei"),
        ("폐 엑스선", "폐_엑스선"),
        ("../../etc/passwd", "etc_passwd"),
        ("CON", "con_task"),
        ("Zellkerne (Größe)", "zellkerne_grösse"),
    ],
)
def test_any_title_gives_a_safe_slug(workspace, title, slug):
    task = workspace.tasks.create(title)
    assert (task.slug, task.title, task.base_model) == (slug, title, None)
    assert workspace.tasks.get(slug) == workspace.tasks.get_by_id(task.id) == task


def test_equal_slugs_get_a_number():
    assert make_slug("Cell: nuclei", {"cell_nuclei", "cell_nuclei_2"}) == "cell_nuclei_3"


@pytest.mark.parametrize("title", ["Lung X-ray", "  lung   x-RAY "])
def test_a_title_is_taken_once(workspace, title):
    with pytest.raises(StoreError, match="already; choose another name"):
        workspace.tasks.create(title)


@pytest.mark.parametrize(
    ("title", "sentence"),
    [
        ("", "needs a name"),
        (" \t\n", "needs a name"),
        ("x" * 81, "has 81 characters; 80 are possible"),
        ("---", "no letter or digit"),
        ("a\x00b", "cannot be shown"),
    ],
)
def test_a_title_that_is_none_is_refused(workspace, title, sentence):
    with pytest.raises(StoreError, match=sentence):
        workspace.tasks.create(title)
    assert len(workspace.tasks.list()) == 3


def test_a_korean_title_typed_on_a_mac_is_the_same_title(workspace):
    import unicodedata

    workspace.tasks.create(unicodedata.normalize("NFD", "세포핵"))
    assert workspace.tasks.list()[-1].title == unicodedata.normalize("NFC", "세포핵")
    with pytest.raises(StoreError):
        workspace.tasks.create("세포핵")


def test_an_unknown_task_is_refused(workspace):
    with pytest.raises(StoreError, match='no task "knee"'):
        workspace.tasks.get("knee")


def test_counts(workspace, task, add_image):
    new, looked_at, drawn, saved, saved_and_drawn = (add_image(text) for text in "abcde")
    workspace.images.mark_looked_at(looked_at.id, "Kim")
    workspace.drafts.start_from(drawn.id, DraftContent(0.5, b"layer", None))
    for image in (saved, saved_and_drawn):
        workspace.masks.save(image.id, NewRevision(b"m", None, 0.5, None, "Kim", 1.0, 0.0))
    workspace.drafts.start_from(saved_and_drawn.id, DraftContent(0.5, b"layer", None))
    counts = workspace.images.counts(task.id)
    assert counts == {"all": 5, "new": 1, "draft": 2, "corrected": 2, "flagged": 0}
    assert [image.id for image in workspace.images.list(task.id, "new")] == [new.id]
    assert [image.id for image in workspace.images.list(task.id, "draft")] == [drawn.id, saved_and_drawn.id]
    assert [image.id for image in workspace.images.list(task.id, "corrected")] == [
        saved.id,
        saved_and_drawn.id,
    ]
    assert [image.id for image in workspace.images.list(task.id, "locked")] == [saved_and_drawn.id]
    assert [image.state for image in workspace.images.list(task.id)] == [
        "new", "new", "draft", "corrected", "corrected",
    ]  # fmt: skip


def test_the_last_image_of_a_task_is_remembered(workspace, task, add_image):
    first, second = add_image("a"), add_image("b")
    workspace.images.mark_looked_at(first.id, "Kim")
    workspace.images.mark_looked_at(second.id, "Kim")
    workspace.images.mark_looked_at(first.id, "Kim")
    assert workspace.images.last_looked_at(workspace.tasks.get(task.slug).id, "Kim") == first.id
    assert workspace.images.last_looked_at(workspace.tasks.get("lung_ct").id, "Kim") is None


def test_a_task_gets_another_title_and_keeps_its_address(workspace, task):
    renamed = workspace.tasks.rename(task.id, "  Lungs of Ward 7 ", who="Kim")
    assert (renamed.slug, renamed.title) == (task.slug, "Lungs of Ward 7")
    # The old title is free again, the new one taken; one's own may be written otherwise.
    with pytest.raises(StoreError, match="already"):
        workspace.tasks.create("lungs of ward 7")
    assert workspace.tasks.create("Lung X-ray").slug == "lung_x_ray"
    assert workspace.tasks.rename(task.id, "LUNGS of ward 7").title == "LUNGS of ward 7"
    with pytest.raises(StoreError, match="already"):
        workspace.tasks.rename(task.id, "Lung CT")
    first = next(workspace.audit.rows())
    assert (first.action, first.who, first.facts["was"]) == ("task_renamed", "Kim", "Lung X-ray")


def test_a_task_that_is_put_away_is_out_of_sight_with_all_that_is_in_it(workspace, task, add_image):
    image = add_image("a")
    workspace.tasks.put_away(task.id, who="Kim")
    assert task.id not in [each.id for each in workspace.tasks.list()]
    assert [each.id for each in workspace.tasks.list(put_away=True)] == [task.id]
    assert workspace.images.get(image.id) == image
    with pytest.raises(StoreError, match="already"):
        workspace.tasks.create(task.title)
    assert workspace.tasks.bring_back(task.id, who="Kim") == task
    assert task in workspace.tasks.list()
    assert workspace.tasks.list(put_away=True) == []


def test_the_last_task_cannot_be_put_away(workspace):
    *others, last = workspace.tasks.list()
    for each in others:
        workspace.tasks.put_away(each.id)
    with pytest.raises(StoreError, match="the only task"):
        workspace.tasks.put_away(last.id)
    assert workspace.tasks.list() == [last]
