"""One's own queue on the pages, and sharing images out."""

from dataclasses import replace

import pytest

from core.ui import state
from core.ui.assigned import giving
from core.workflows.add_images import add_images
from core.workspace import NewReview, NewRevision, Shares
from tests.pages.conftest import png, unfolded


@pytest.fixture
def task(workspace):
    """Four images, of which two are given to whoever is here."""
    task = workspace.tasks.create("Nuclei")
    add_images(workspace, task.id, [(f"{name}.png", png(seed)) for seed, name in enumerate("abcd")])
    people = [workspace.persons.get_or_add(name).id for name in (state.person(), "Lee")]
    workspace.assignments.give(task.id, Shares(dict.fromkeys(people, 50)), who="Chief")
    return workspace.tasks.get_by_id(task.id)


def named(elements, key):
    return next(each for each in elements if each.key == key)


def test_segment_opens_one_s_own_queue_and_counts_it(open_page, workspace, task):
    own = workspace.queue_of(state.person()).images.list(task.id)
    other = next(each for each in workspace.images.list(task.id) if each.id not in [row.id for row in own])
    workspace.masks.save(own[0].id, NewRevision(png(0), None, 0.5, None, state.person(), 1.0, 0.1))
    app = open_page(task=task.slug)
    assert not app.exception
    assert named(app.toggle, "only_mine").label == "Mine: 1 of 2"
    assert "All 2" in named(app.button_group, "filter").options[0]
    assert "".join(app.query_params["image"]) == str(own[0].id)
    # What somebody else was given is there for whoever asks for it by its address.
    app.query_params["image"] = str(other.id)
    assert "All 4" in named(app.run().button_group, "filter").options[0]
    app.query_params["image"] = str(own[0].id)
    named(app.run().toggle, "only_mine").set_value(False).run()
    assert "All 4" in named(app.button_group, "filter").options[0]


def test_a_gold_image_that_waits_for_the_person_is_not_counted_as_done(open_page, workspace, task):
    own = workspace.queue_of(state.person()).images.list(task.id)[0]
    gold = workspace.masks.save(own.id, NewRevision(png(0), None, 0.5, None, "Kim", 1.0, 0.1))
    workspace.reviews.add(own.id, NewReview("approved", "Park", gold.id))
    workspace.gold.make(own.id, who="Park")
    workspace.tasks.set_review_rules(task.id, replace(task.review_rules, gold_percent=100), who="Park")
    app = open_page(task=task.slug)
    assert named(app.toggle, "only_mine").label == "Mine: 0 of 2"
    app = unfolded(open_page("review", task=task.slug), f"give_{task.id}")
    here = workspace.persons.find(state.person()).id
    assert "0 of 2 done" in named(app.number_input, f"share_{task.id}_{here}").label


def test_images_are_shared_out_on_the_review_page(open_page, workspace, task):
    app = unfolded(open_page("review", task=task.slug), f"give_{task.id}")
    assert not app.exception
    here, lee = (workspace.persons.find(name).id for name in (state.person(), "Lee"))
    share = f"share_{task.id}_"
    assert named(app.number_input, f"{share}{here}").value == 50
    named(app.number_input, f"{share}{here}").set_value(0).run()
    button = next(each for each in app.button if each.label == "Share the images out")
    assert button.disabled
    named(app.number_input, f"{share}{lee}").set_value(100).run()
    next(each for each in app.button if each.label == "Share the images out").click().run()
    assert [(each.who, each.images) for each in workspace.assignments.of_task(task.id)] == [("Lee", 4)]
    next(each for each in app.button if each.label == "Let everybody work on all").click().run()
    assert not workspace.tasks.get_by_id(task.id).is_shared
    assert not app.exception


def test_who_has_given_a_name_and_done_nothing_yet_can_have_a_share(open_page, task):
    app = open_page("review", task=task.slug)
    next(each for each in app.text_input if each.label == "Your name").set_value("Bo").run()
    app = unfolded(app, f"give_{task.id}")
    assert "Share of Bo in %" in [each.label for each in app.number_input]


def test_the_machine_s_account_is_nobody_to_give_images_to(open_page, workspace):
    task = workspace.tasks.create("Nuclei")
    (outcome,) = add_images(workspace, task.id, [("a.png", png(1))])
    workspace.images.mark_looked_at(outcome.image_id, state.person())
    app = unfolded(open_page("review", task=task.slug), f"give_{task.id}")
    assert "Nobody has given a name yet; type who is to work here." in [each.value for each in app.caption]
    workspace.persons.get_or_add("Bo")
    app = unfolded(app, f"give_{task.id}")
    assert [each.label for each in app.number_input if "Share" in each.label] == ["Share of Bo in %"]


def test_a_name_stands_in_the_box_of_a_share_without_signs_of_its_own(open_page, workspace, task):
    for name in ("Kim Min-ji", "J. O'Brien", "김 연구원", "_a_", "www.x.y", "a@b.org", "x `y`"):
        workspace.persons.get_or_add(name)
    app = unfolded(open_page("review", task=task.slug), f"give_{task.id}")
    labels = [each.label for each in app.number_input]
    for name in (
        "Kim Min-ji",
        "J. O'Brien",
        "김 연구원",
        "` _a_ `",
        "` www.x.y `",
        "` a@b.org `",
        "`` x `y` ``",
    ):
        assert f"Share of {name} in %" in labels


def test_a_share_that_is_typed_as_the_button_is_pressed_counts(open_page, workspace, task):
    app = unfolded(open_page("review", task=task.slug), f"give_{task.id}")
    here, lee = (workspace.persons.find(name).id for name in (state.person(), "Lee"))
    # One run: the box gives its number up when the press of the button takes the focus away.
    for person, percent in ((here, 25), (lee, 75)):
        named(app.number_input, f"share_{task.id}_{person}").set_value(percent)
    next(each for each in app.button if each.label == "Share the images out").click().run()
    assert {each.who: each.percent for each in workspace.assignments.of_task(task.id)} == {
        state.person(): 25,
        "Lee": 75,
    }
    assert not app.exception


@pytest.mark.parametrize("page", ["segment", "review"])
def test_who_was_given_nothing_of_a_task_is_told_so_on_both_pages(open_page, workspace, page):
    task = workspace.tasks.create("Nothing here")
    person = workspace.persons.get_or_add("Lee").id
    workspace.assignments.give(task.id, Shares({person: 100}), who="Chief")
    app = open_page(page, task=task.slug)
    assert not app.exception
    told = [each.value for each in [*app.info, *app.markdown]]
    assert "No image of this task was given to you yet. What is given to you comes here." in told


def test_a_share_that_brought_no_images_is_told(open_page, workspace, task):
    workspace.persons.get_or_add("Park")
    for image in workspace.images.list(task.id):
        workspace.masks.save(image.id, NewRevision(png(0), None, 0.5, None, "Lee", 1.0, 0.1))
    app = unfolded(open_page("review", task=task.slug), f"give_{task.id}")
    for name, percent in ((state.person(), 0), ("Lee", 0), ("Park", 100)):
        person = workspace.persons.find(name).id
        named(app.number_input, f"share_{task.id}_{person}").set_value(percent).run()
    next(each for each in app.button if each.label == "Share the images out").click().run()
    (told,) = [each.value for each in app.info if "No image was left" in each.value]
    assert "Park" in told
    assert state.person() not in told


def test_where_people_sign_in_images_are_given_to_who_can(open_page, workspace, task, monkeypatch):
    for name in ("Chief", "Park", "Nobody"):
        workspace.persons.get_or_add(name)
    for name in ("Chief", "Park"):
        workspace.persons.set_password_hash(workspace.persons.find(name).id, "hashed")
    monkeypatch.setattr(state, "signed_in", lambda: "Chief")
    monkeypatch.setattr(giving.sign_in, "way", lambda: "password")
    app = unfolded(open_page("review", task=task.slug), f"give_{task.id}")
    assert not app.exception
    offered = {each.key for each in app.number_input}
    # Lee has no password either, and holds images.
    for name, is_offered in (("Chief", True), ("Park", True), ("Lee", True), ("Nobody", False)):
        person = workspace.persons.find(name).id
        assert (f"share_{task.id}_{person}" in offered) is is_offered
