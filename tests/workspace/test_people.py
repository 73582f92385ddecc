"""Persons, what they looked at, what they judged, and the audit of what they did."""

from dataclasses import replace

import pytest

from core.errors import StoreError
from core.reasons import Reason
from core.workspace import DraftContent, NewReview, NewRevision, NewVersion, TaskClass


def save(workspace, image, who="Kim", **others):
    return workspace.masks.save(image.id, NewRevision(b"mask", None, 0.5, None, who, 1.0, 0.0, **others))


def test_the_same_name_is_the_same_person(workspace):
    kim = workspace.persons.get_or_add("Kim Min-ji")
    assert workspace.persons.get_or_add("  kim  min-ji ") == kim
    assert (kim.name, kim.role, kim.removed_at) == ("Kim Min-ji", "reader", None)
    assert len(workspace.persons.get_or_add("x" * 200).name) == 80
    with pytest.raises(ValueError, match="needs a name"):
        workspace.persons.get_or_add("  ")


def test_who_only_looks_or_draws_is_not_known_until_they_give_that_name_or_save(workspace, add_image):
    first, second = add_image("a"), add_image("b")
    stroke = {"version_id": None, "threshold": 0.5, "layer_png": b"layer", "client_id": "tab", "sequence": 1}
    workspace.images.mark_looked_at(first.id, "root")
    workspace.drafts.put(first.id, who="root", seconds=0.0, **stroke)
    workspace.drafts.begin_anew(first.id, DraftContent(0.5, None, None), "account")
    workspace.presence.sign(first.id, "Lee")
    assert [each.is_known for each in workspace.persons.list()] == [False, False, False]
    save(workspace, second, "ROOT")
    assert workspace.persons.get_or_add("Lee").is_known
    # Whoever is known stays it.
    workspace.presence.sign(second.id, "root")
    assert [each.is_known for each in workspace.persons.list()] == [True, False, True]


def test_who_is_taken_away_stays_in_what_was_made(workspace, add_image):
    image = add_image("a")
    save(workspace, image, "Lee")
    (lee,) = workspace.persons.list()
    workspace.persons.remove(lee.id)
    assert workspace.persons.list()[0].removed_at is not None
    assert workspace.truth.of(image.id).who == "Lee"
    with pytest.raises(StoreError, match="no person number 9"):
        workspace.persons.remove(9)


def test_who_gets_another_name_bears_it_everywhere_but_in_the_audit(workspace, task, add_image):
    image = add_image("a")
    revision = save(workspace, image, "Kmi")
    workspace.reviews.add(image.id, NewReview("approved", " kmi", revision_id=revision.id))
    workspace.drafts.start_from(image.id, DraftContent(0.5, b"layer", None), "Kmi")
    workspace.jobs.add("fine_tune", task.id, {}, who="Kmi")
    save(workspace, add_image("b"), "Lee")
    kim = workspace.persons.rename(workspace.persons.find("Kmi").id, "  김민지 ", who="Kmi")
    assert kim.name == "김민지"
    assert [each.name for each in workspace.persons.list()] == ["김민지", "Lee"]
    assert workspace.truth.of(image.id).who == "김민지"
    assert [each.who for each in workspace.reviews.of_image(image.id)] == ["김민지"]
    assert workspace.drafts.get(image.id, "김민지").layer_png == b"layer"
    assert workspace.jobs.list()[0].who == "김민지"
    assert [row.who for row in workspace.audit.list() if row.action == "mask_saved"] == ["Lee", "Kmi"]
    assert workspace.audit.first_altered() is None
    with pytest.raises(StoreError, match="There is a Lee already"):
        workspace.persons.rename(kim.id, "LEE")
    # Another way to write the same name is no other person.
    lee = workspace.persons.find("Lee")
    assert workspace.persons.rename(lee.id, "LEE").name == "LEE"


def test_an_old_name_leads_to_who_bears_another_one_now(workspace):
    persons = workspace.persons
    kim = persons.get_or_add("Kmi")
    persons.rename(kim.id, "Kim", who="Kmi")
    persons.rename(kim.id, "김민지")
    assert persons.once_called(" kmi ").name == persons.once_called("Kim").name == "김민지"
    assert persons.once_called("김민지") is persons.once_called("Lee") is None
    # Somebody is called so again: that is who is meant.
    persons.get_or_add("Kim")
    assert persons.once_called("Kim") is None
    persons.remove(kim.id)
    assert persons.once_called("Kmi") is None


def test_each_comes_back_to_where_they_were(workspace, task, add_image):
    first, second = add_image("a"), add_image("b")
    assert workspace.images.last_looked_at(task.id, "Kim") is None
    workspace.images.mark_looked_at(first.id, "Kim")
    workspace.images.mark_looked_at(second.id, "Lee")
    assert workspace.images.last_looked_at(task.id, "Kim") == first.id
    assert workspace.images.last_looked_at(task.id, "Lee") == second.id
    workspace.images.delete(first.id)
    assert workspace.images.last_looked_at(task.id, "Kim") is None


def test_the_classes_and_the_group_rule_of_a_task(workspace, task):
    assert task.classes == (TaskClass(value=1),)
    lung, heart = TaskClass("Lung", (0, 114, 178), value=1), TaskClass("Heart", (213, 94, 0))
    kept = workspace.tasks.set_classes(task.id, (lung, heart)).classes
    assert kept == (replace(lung, key="1"), replace(heart, key="2", value=2))
    rule = {"kind": "pattern", "pattern": "^[^_]+"}
    assert workspace.tasks.set_group_rule(task.id, rule).group_rule == rule
    assert workspace.tasks.get(task.slug).classes == kept
    with pytest.raises(StoreError, match="at least one class"):
        workspace.tasks.set_classes(task.id, ())


def test_reviews_are_only_ever_added(workspace, add_image):
    image, other = add_image("a"), add_image("b")
    revision = save(workspace, image)
    flagged = workspace.reviews.add(
        image.id, NewReview("flagged", "Lee", revision.id, reasons=("edge",), comment="<b>왼쪽</b>")
    )
    withdrawn = workspace.reviews.add(image.id, NewReview("withdrawn", "Lee", revision.id))
    shown = workspace.reviews.add(image.id, NewReview("approved", "Park", mask_png=b"shown"))
    assert workspace.reviews.of_image(image.id) == [shown, withdrawn, flagged]
    assert (flagged.who, flagged.reasons, flagged.comment) == ("Lee", ("edge",), "<b>왼쪽</b>")
    assert workspace.files.read(shown.mask_file) == b"shown"
    for wrong in (NewReview("approved", "Lee"), NewReview("approved", "Lee", revision.id, b"mask")):
        with pytest.raises(ValueError, match="of a revision, or of a mask"):
            workspace.reviews.add(image.id, wrong)
    with pytest.raises(StoreError, match="of this image"):
        workspace.reviews.add(other.id, NewReview("approved", "Lee", revision.id))
    workspace.images.delete(image.id)
    with pytest.raises(StoreError, match="has lost"):
        workspace.files.read(shown.mask_file)


def test_the_audit_says_who_did_what(workspace, task, add_image):
    image = add_image("a", name="Patient Hong Gil-dong.png")
    revision = save(workspace, image)
    workspace.reviews.add(image.id, NewReview("approved", "Lee", revision.id))
    version = workspace.versions.add(task.id, NewVersion("versions/x", "0" * 64, "scratch", "Kim"))
    workspace.versions.promote(version.id, who="", why=Reason("shipped"))
    workspace.groups.assign([image.id], kind="patient", key="Hong", who="Park")
    workspace.images.delete(image.id, "Kim")
    told = workspace.audit.list()
    assert [(row.action, row.who) for row in reversed(told)] == [
        ("mask_saved", "Kim"),
        ("reviewed", "Lee"),
        ("version_promoted", ""),
        ("grouped", "Park"),
        ("image_deleted", "Kim"),
    ]
    assert {row.task_id for row in told} == {task.id}
    assert "Hong" not in str(told)
    assert workspace.audit.first_altered() is None
    assert workspace.audit.list(who="Lee", task_id=task.id) == [told[3]]
    assert workspace.audit.list(action="grouped") == [told[1]]
    assert workspace.audit.list(task_id=task.id + 1) == []
    assert workspace.audit.persons(task.id) == ["Kim", "Lee", "Park"]
    workspace.persons.set_role(workspace.persons.get_or_add("Lee").id, "reviewer")
    assert workspace.audit.list(limit=1, task_id=task.id)[0].action == "role_set"
    told = workspace.audit.list()
    assert list(workspace.audit.rows()) == told[::-1]
    assert workspace.audit.last_seal() == told[0].seal


def test_the_second_corrected_group_is_locked_and_the_audit_says_so(workspace, add_image):
    first, second = add_image("a"), add_image("b")
    save(workspace, first)
    assert not workspace.audit.list(action="group_locked")
    save(workspace, second)
    (locked,) = workspace.audit.list(action="group_locked")
    assert locked.facts == {"group": second.group_id, "rank": 2, "locked": [second.id]}


@pytest.mark.parametrize(
    "change",
    ["UPDATE audit SET who = 'Lee' WHERE id = 2", "DELETE FROM audit WHERE id = 2"],
    ids=["changed", "taken out"],
)
def test_a_row_of_the_audit_that_was_altered_shows(workspace, add_image, change):
    for text in "abcd":
        save(workspace, add_image(text))
    with workspace._database.writing() as session:
        session.connection().exec_driver_sql(change)
    assert workspace.audit.first_altered() == (2 if "UPDATE" in change else 3)


def test_drawing_is_not_audited(workspace, add_image):
    workspace.drafts.start_from(add_image("a").id, DraftContent(0.5, b"layer", None), "Kim")
    assert workspace.audit.list() == []
