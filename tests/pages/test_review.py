"""The Review page without a browser: what it offers, and what a verdict does."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from core.imaging.masks import encode_png
from core.ui import state
from core.ui.review.asked import Asked
from core.ui.review.deciding import decide
from core.ui.review.grid import GridMessage
from core.ui.review.grid_view import take
from core.ui.review.showing import tiles_of
from core.ui.review.telling import counting
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import content_of_mask
from core.workflows.review.judging import Said
from core.workflows.review.look import Look
from core.workflows.review.looking import look_at
from core.workflows.review.planting import with_planted
from core.workspace import NewReview, NewRevision, ReviewRow, Workspace
from core.workspace.labels import NewLabel
from core.workspace.tables import RevisionTable
from tests.pages.conftest import png, shown


@pytest.fixture
def nuclei(workspace):
    """A task without a model: its queue holds saved masks alone."""
    return workspace.tasks.create("Nuclei")


@pytest.fixture
def saved(workspace, nuclei):
    """Three images with a mask, saved in the order of their names."""
    outcomes = add_images(
        workspace, nuclei.id, [(f"{name}.png", png(seed)) for seed, name in enumerate("abc")]
    )
    mask = png(0)
    new = NewRevision(mask, None, 0.5, None, "Kim", 1.0, 0.1)
    return [(each.image_id, workspace.masks.save(each.image_id, new)) for each in outcomes]


def labels(elements):
    return [element.label for element in elements]


def button(app, label):
    return next(each for each in app.button if each.label == label)


def texts(app):
    return " ".join(shown(each.value) for each in [*app.markdown, *app.caption, *app.warning])


def test_an_empty_mask_says_that_it_is_one(open_page, workspace, nuclei, saved):
    """It looks like a picture whose mask is not drawn yet."""
    image_id = saved[0][0]
    assert "Empty mask" not in texts(one_by_one(open_page, nuclei, image_id))
    empty = encode_png(np.zeros((64, 64), np.uint8))
    workspace.masks.save(image_id, NewRevision(empty, None, 0.5, None, "Kim", 1.0, 0.0))
    assert "Empty mask. No guess of its quality yet." in texts(one_by_one(open_page, nuclei, image_id))


def test_who_may_not_judge_can_look_and_edit(open_page, workspace, nuclei, saved, monkeypatch):
    monkeypatch.setattr(Workspace, "may", lambda workspace, action: action == "draw")
    grid = open_page("review", task=nuclei.slug)
    app = one_by_one(open_page, nuclei, saved[0][0])
    assert not grid.exception and not app.exception
    assert "approved and flagged by reviewers" in texts(grid)
    assert "approved and flagged by reviewers" in texts(app)
    assert "Edit" in labels(app.button)
    assert not {"Approve", "Flag"} & set(labels(app.button))
    assert grid.toggle and all(each.disabled for each in grid.toggle if each.key.startswith("rule_"))


def test_a_prediction_that_finds_nothing_is_called_an_empty_mask_before_it_has_a_guess(open_page, workspace):
    task = workspace.tasks.get("lung_ct")
    [added] = add_images(workspace, task.id, [("black.png", encode_png(np.zeros((64, 64), np.uint8)))])
    assert "Empty mask. No guess of its quality yet." in texts(one_by_one(open_page, task, added.image_id))


def image_of(app):
    asked = app.query_params["image"]
    return asked if isinstance(asked, str) else asked[0]


def in_view(app, name):
    """The page in one of its views; the one that is shown cannot be pressed."""
    pressed = button(app, name)
    return app if pressed.disabled else pressed.click().run()


def one_by_one(open_page, task, image_id):
    return open_page("review", task=task.slug, image=str(image_id))


def test_names_that_people_and_scripts_look_for(open_page, nuclei, saved):
    app = in_view(open_page("review", task=nuclei.slug), "Grid")
    assert not app.exception
    assert not app.error
    assert {"Grid", "One by one", "Next", "Previous"} <= set(labels(app.button))
    assert "Order" in labels(app.selectbox)
    assert next(tab.label for tab in app.tabs) == "Queue"
    app = in_view(app, "One by one")
    assert {"Approve", "Flag", "Edit", "Next", "Previous"} <= set(labels(app.button))


def test_an_empty_queue_says_so(open_page, nuclei):
    app = open_page("review", task=nuclei.slug)
    assert "no images yet" in texts(app)


def test_approve_goes_on_and_undo_comes_back(open_page, workspace, nuclei, saved):
    workspace.settings.set("person", "Lee")
    app = in_view(open_page("review", task=nuclei.slug), "Grid")
    app = in_view(app, "One by one")
    first = int(image_of(app))
    assert workspace.images.get(first).name == "a.png"
    button(app, "Approve").click().run()
    assert not app.exception
    assert workspace.images.get(first).review == "approved"
    assert workspace.images.get(int(image_of(app))).name == "b.png"
    assert "Approved 1." in texts(app)
    button(app, "Undo").click().run()
    assert workspace.images.get(first).review == "open"
    assert image_of(app) == str(first)
    assert [each.verdict for each in workspace.reviews.of_image(first)] == ["withdrawn", "approved"]


def test_a_prediction_is_no_mask_that_came_along_and_is_not_saved(open_page, workspace):
    task = workspace.tasks.get("lung_xray")
    [added] = add_images(workspace, task.id, [("a.png", png(1))])
    told = "another mask is not saved yet"
    assert told not in texts(one_by_one(open_page, task, added.image_id))
    image = workspace.images.get(added.image_id)
    mask = np.ones((image.facts.height, image.facts.width), np.uint8)
    workspace.drafts.start_from(image.id, content_of_mask(workspace, image, mask))
    assert told in texts(one_by_one(open_page, task, added.image_id))
    workspace.masks.save(image.id, NewRevision(png(0), None, 0.5, None, "Kim", 1.0, 0.1))
    assert told not in texts(one_by_one(open_page, task, added.image_id))


def test_a_verdict_that_is_taken_back_leaves_no_undo_and_no_other_prediction(open_page, workspace):
    task = workspace.tasks.get("lung_xray")
    [added] = add_images(workspace, task.id, [("a.png", png(1))])
    button(one_by_one(open_page, task, added.image_id), "Approve").click().run()
    app = one_by_one(open_page, task, added.image_id)
    assert "accepted unchanged" in texts(app)
    button(app, "Take back my verdict").click().run()
    assert workspace.truth.of(added.image_id) is None
    assert "to approve it saves it unchanged" in texts(app)
    assert "look again" not in texts(app)
    # Where it was given a moment ago.
    button(app, "Approve").click().run()
    app.query_params["image"] = str(added.image_id)
    button(app.run(), "Take back my verdict").click().run()
    assert "Undo" not in labels(app.button)
    assert [each.verdict for each in workspace.reviews.of_image(added.image_id)] == [
        *("withdrawn", "approved", "withdrawn", "approved"),
    ]


def test_a_verdict_is_taken_back_by_who_writes_their_name_otherwise(open_page, workspace, nuclei, saved):
    image_id, revision = saved[0]
    workspace.reviews.add(image_id, NewReview("approved", "Lee", revision.id))
    workspace.settings.set("person", "lee")
    button(one_by_one(open_page, nuclei, image_id), "Take back my verdict").click().run()
    assert workspace.images.get(image_id).review == "open"


def test_what_is_saved_for_a_second_person_to_approve_is_taken_back_too(open_page, workspace):
    task = workspace.tasks.get("lung_xray")
    workspace.tasks.set_review_rules(task.id, replace(task.review_rules, second_person=True), who="Lee")
    [added] = add_images(workspace, task.id, [("a.png", png(1))])
    app = one_by_one(open_page, task, added.image_id)
    button(app, "Approve").click().run()
    assert not app.exception
    assert workspace.truth.of(added.image_id) is not None
    assert "Saved 1 unchanged." in texts(app)
    button(app, "Undo").click().run()
    assert workspace.truth.of(added.image_id) is None


def test_a_flag_has_reasons_and_a_comment(open_page, workspace, nuclei, saved):
    image_id, _ = saved[0]
    app = one_by_one(open_page, nuclei, image_id)
    app.button_group[-1].set_value(["part_missing", "unsure"])
    comment = ("왼쪽 <script>alert(1)</script> **base** `x` 🫁 " * 300)[:10_000].strip()
    app.text_area[0].set_value(comment)
    button(app, "Flag").click().run()
    (flag,) = workspace.reviews.of_image(image_id)
    assert (flag.reasons, flag.comment) == (("part_missing", "unsure"), comment)
    app = one_by_one(open_page, nuclei, image_id)
    assert f"Flagged by {flag.who}: part missing, unsure" in texts(app)
    assert comment in texts(app)
    # Its lines stay lines.
    button(app, "Take back my verdict").click().run()
    app.text_area[0].set_value("# left: base\n\n- right: *apex*")
    button(app, "Flag").click().run()
    app = one_by_one(open_page, nuclei, image_id)
    assert "` # left: base `  \n\n` - right: *apex* `" in [each.value for each in app.caption]


def test_what_was_changed_since_says_so(open_page, workspace, nuclei, saved):
    image_id, revision = saved[0]
    workspace.reviews.add(image_id, NewReview("approved", "Lee", revision.id))
    workspace.masks.save(image_id, NewRevision(png(1), None, 0.5, None, "Kim", 1.0, 0.1))
    assert "Approved before by Lee, changed since" in texts(one_by_one(open_page, nuclei, image_id))


def test_who_was_slower_is_told(open_page, workspace, nuclei, saved):
    image_id, revision = saved[0]
    app = one_by_one(open_page, nuclei, image_id)
    workspace.reviews.add(image_id, NewReview("flagged", "Park", revision.id))
    button(app, "Approve").click().run()
    assert "Not judged again: Park was faster" in texts(app)
    assert workspace.images.get(image_id).review == "flagged"


def test_flagged_masks_come_back_to_who_drew_them(open_page, workspace, nuclei, saved):
    (image_id, revision), *_ = saved
    flag = NewReview("flagged", "Lee", revision.id, reasons=("outline_off",), comment="the left one")
    workspace.reviews.add(image_id, flag)
    assert "flagged" not in texts(open_page(task=nuclei.slug))
    workspace.settings.set("person", "Kim")
    app = open_page(task=nuclei.slug)
    assert "1 of your masks was flagged." in texts(app)
    button(app, "Look at them").click().run()
    assert image_of(app) == str(image_id)
    assert "Flagged by Lee: outline off" in texts(app)
    assert "the left one" in texts(app)


def test_the_fine_tune_page_says_how_far_the_review_is(open_page, workspace, nuclei, saved):
    workspace.reviews.add(saved[0][0], NewReview("approved", "Lee", saved[0][1].id))
    workspace.reviews.add(saved[1][0], NewReview("flagged", "Lee", saved[1][1].id))
    assert "1 approved, 1 flagged, 1 not reviewed." in texts(open_page("fine_tune", task=nuclei.slug))
    # Of the three that are saved a download holds two.
    app = open_page(task=nuclei.slug)
    (which,) = (each for each in app.radio if each.label == "Which masks")
    assert which.options[1] == "All 2 saved"


def test_the_rules_of_a_task_are_switches(open_page, workspace, nuclei, saved):
    app = open_page("review", task=nuclei.slug)
    next(each for each in app.toggle if "approved masks only" in each.label).set_value(True).run()
    assert workspace.tasks.get(nuclei.slug).review_rules.approved_only is True


def test_a_page_that_is_open_puts_back_no_rule_that_somebody_else_has_changed(
    open_page, workspace, nuclei, saved
):
    app = open_page("review", task=nuclei.slug)
    changed = replace(nuclei.review_rules, second_person=True, second_percent=50)
    workspace.tasks.set_review_rules(nuclei.id, changed, who="Lee")
    app.run()
    assert workspace.tasks.get(nuclei.slug).review_rules == changed
    second_person = next(each for each in app.toggle if "second person" in each.label)
    assert second_person.value is True
    second_person.set_value(False).run()
    assert workspace.tasks.get(nuclei.slug).review_rules == replace(changed, second_person=False)


def test_a_message_of_the_grid_is_taken_once_and_only_if_it_is_one(open_page, workspace, nuclei, saved):
    here, pages = Asked(nuclei.id), workspace.review_pages(nuclei.id, "newest")
    looks = tuple(f"{image_id}.{revision.id}.0.0" for image_id, revision in saved)
    message = GridMessage("tab", 1, "decide", looks, {looks[0]: ("part_missing", "no reason of ours")})
    take(here, GridMessage("tab", 0, "decide", ("'; drop table",), {}), pages)
    assert pages.counts()["open"] == 3
    take(here, message, pages)
    take(here, message, pages)
    assert pages.counts() == {"open": 0, "approved": 2, "flagged": 1}
    assert [len(workspace.reviews.of_image(image_id)) for image_id, _ in saved] == [1, 1, 1]
    assert (here.done.approved, here.done.flagged) == (2, 1)
    [flagged] = workspace.reviews.of_image(saved[0][0])
    assert flagged.reasons == ("part_missing",)


def test_a_tile_says_the_label_that_is_judged_with_its_mask(open_page, workspace, nuclei, saved):
    workspace.labels.save(saved[0][0], NewLabel("NV", "Kim"))
    app = in_view(open_page("review", task=nuclei.slug), "Grid")
    data = "".join(str(each.proto) for each in app.main).replace('\\"', '"')
    assert re.findall(r'"label": ?"(NV|)"', data) == ["NV", "", ""]


def editor_data(app) -> str:
    """What the page hands to the mask editor."""
    return "".join(str(each.proto) for each in app.main if "suggested" in str(each.proto)).replace('\\"', '"')


def test_a_gold_image_looks_to_a_reader_like_any_new_one(open_page, workspace, nuclei, saved):
    gold_id, revision = saved[0]
    workspace.reviews.add(gold_id, NewReview("approved", "Park", revision.id))
    workspace.settings.set("person", "Park")
    app = one_by_one(open_page, nuclei, gold_id)
    assert button(app, "Make gold").key == "review_gold"
    button(app, "Make gold").click().run()
    assert "Gold:" in texts(app)
    rules = replace(nuclei.review_rules, gold_percent=100)
    workspace.tasks.set_review_rules(nuclei.id, rules, who="Park")
    workspace.presence.leave("Park")
    workspace.settings.set("person", "Lee")
    [new] = add_images(workspace, nuclei.id, [("d.png", png(4))])
    pages, places = [], set()
    for image_id, name in ((gold_id, "a.png"), (new.image_id, "d.png")):
        app = open_page("segment", task=nuclei.slug, image=str(image_id))
        assert not app.exception
        assert "gold" not in str(app._tree).lower()
        written = [shown(each.value).replace(name, "") for each in [*app.caption, *app.info, *app.markdown]]
        # Lee has an order of their own.
        [place] = [each for each in written if each in ("1 of 4", "2 of 4", "3 of 4", "4 of 4")]
        places.add(place)
        [acknowledged] = re.findall(r'"acknowledged": ?(null|{[^}]*})', editor_data(app))
        pages.append([acknowledged, *(each for each in written if each != place)])
    # Nothing that is written beside the two differs.
    assert pages[0] == pages[1]
    assert len(places) == 2
    # Nor does the review show the mask that Lee is to be compared with.
    app = open_page("review", task=nuclei.slug)
    assert app.segmented_control[0].options[1] == "Approved 0"


def test_an_image_that_comes_back_after_weeks_is_not_called_saved_until_it_is(
    open_page, workspace, nuclei, saved
):
    rules = replace(nuclei.review_rules, again_percent=100)
    workspace.tasks.set_review_rules(nuclei.id, rules, who="Park")
    image_id, revision = saved[0]
    with workspace._database.writing() as session:
        session.get(RevisionTable, revision.id).created_at -= timedelta(days=29)
    workspace.settings.set("person", "Kim")
    app = open_page("segment", task=nuclei.slug, image=str(image_id))
    assert '"acknowledged": null' in editor_data(app)
    button(app, "Save mask").click().run()
    assert "kept as revision 2" in texts(app)
    assert '"acknowledged": null' not in editor_data(app)


def test_who_could_read_an_image_a_second_time_does_not_see_its_mask(open_page, workspace, nuclei, saved):
    rules = replace(nuclei.review_rules, second_percent=100)
    workspace.tasks.set_review_rules(nuclei.id, rules, who="Kim")
    image_id, _ = saved[1]
    workspace.settings.set("person", "Lee")
    # By no address either.
    app = one_by_one(open_page, nuclei, image_id)
    assert app.segmented_control[0].options[:4] == [
        "To review 0", "Approved 0", "Flagged 0", "Second reading 3"
    ]  # fmt: skip
    assert "image" not in app.query_params
    assert "waits for your second reading" in app.info[0].value
    assert "3 images wait for you under Second reading" in texts(app)
    assert open_page("review", task=nuclei.slug).main.get("image") == []
    workspace.settings.set("person", "Kim")
    app = one_by_one(open_page, nuclei, image_id)
    assert image_of(app) == str(image_id)
    assert app.segmented_control[0].options[0] == "To review 3"
    assert "Second reading" not in texts(app)


def test_a_prediction_that_is_hidden_until_a_mask_is_saved_does_not_stand_in_the_queue(open_page, workspace):
    task = workspace.tasks.get("lung_xray")
    (added,) = add_images(workspace, task.id, [("a.png", png(1))])
    assert "To review 1" in open_page("review", task=task.slug).segmented_control[0].options
    rules = replace(task.review_rules, blind_percent=100)
    workspace.tasks.set_review_rules(task.id, rules, who="Kim")
    app = one_by_one(open_page, task, added.image_id)
    assert "To review 0" in app.segmented_control[0].options
    assert "image" not in app.query_params
    assert "without their prediction come here when a mask of them is saved: 1." in texts(app)
    saved = NewRevision(png(0), None, 0.5, None, "Kim", 1.0, 0.1)
    workspace.masks.save(added.image_id, saved)
    app = one_by_one(open_page, task, added.image_id)
    assert "To review 1" in app.segmented_control[0].options
    assert image_of(app) == str(added.image_id)


def test_save_and_next_goes_from_one_second_reading_to_the_next(open_page, workspace, nuclei, saved):
    rules = replace(nuclei.review_rules, second_percent=100)
    workspace.tasks.set_review_rules(nuclei.id, rules, who="Kim")
    # Between the two that wait for Lee lies one of Lee's own.
    workspace.masks.save(saved[1][0], NewRevision(png(1), None, 0.5, None, "Lee", 1.0, 0.1))
    workspace.settings.set("person", "Lee")
    app = open_page("segment", task=nuclei.slug, image=str(saved[0][0]))
    app.session_state["reads_in_turn"] = nuclei.id
    button(app, "Save and next").click().run()
    assert image_of(app) == str(saved[2][0])
    # After the last one it goes along the strip again.
    workspace.presence.leave("Lee")
    app = open_page("segment", task=nuclei.slug, image=str(saved[0][0]))
    button(app, "Save and next").click().run()
    assert image_of(app) == str(saved[1][0])


def test_a_planted_error_is_told_and_the_real_mask_comes(open_page, workspace, nuclei, saved):
    rules = replace(nuclei.review_rules, planted_percent=100)
    workspace.tasks.set_review_rules(nuclei.id, rules, who="Park")
    workspace.settings.set("person", "Lee")
    image_id, revision = saved[0]
    app = one_by_one(open_page, nuclei, image_id)
    assert "planted" not in str(app._tree).lower()
    button(app, "Approve").click().run()
    assert "Not caught" in texts(app)
    assert image_of(app) == str(image_id)
    assert workspace.reviews.of_image(image_id) == []
    button(app, "Approve").click().run()
    assert workspace.reviews.of_image(image_id)[0].revision_id == revision.id


def items_of(workspace, task):
    return workspace.review_pages(task.id, "uploaded").page("open", None, 9)


def test_what_becomes_of_a_decision_is_told_where_it_moves_nothing(open_page, workspace, nuclei, saved):
    rules = replace(nuclei.review_rules, planted_percent=100)
    task = workspace.tasks.set_review_rules(nuclei.id, rules, who="Park")
    app = in_view(one_by_one(open_page, nuclei, saved[0][0]), "Grid")
    here = app.session_state["review_asked"]
    shown = [(item, look_at(workspace, item, [])) for item in items_of(workspace, task)]
    first, *others = with_planted(workspace, task, shown, state.person())
    decide(here, [Said(first, "flagged"), *(Said(each, "approved") for each in others)], start=None)
    tiles = tiles_of(workspace, here, items_of(workspace, task))
    assert [each.said.partition(":")[0] for each in tiles] == ["Caught", "Not caught", "Not caught"]
    state.page_state().messages.clear()
    # What is not drawn any more is told apart; nothing stands above the tiles.
    refused = [Said(Look(image_id, 99, None, None), "approved") for image_id, _ in saved]
    workspace.images.delete(saved[0][0], "Kim")
    decide(here, refused, start=None)
    assert {kind for kind, _ in state.page_state().messages} == {"toast"}
    assert len(state.page_state().messages) == 2
    assert "deleted meanwhile" in state.page_state().messages[0][1]
    assert [*app.run().warning, *app.success, *app.info] == []
    [tile, _] = tiles_of(workspace, here, items_of(workspace, task))
    assert tile.said.startswith("Not judged: Kim saved another mask meanwhile")


def test_a_tile_and_the_large_picture_say_that_another_mask_came(open_page, workspace, nuclei, saved):
    here, (image_id, _) = Asked(nuclei.id), saved[1]
    assert [each.said for each in tiles_of(workspace, here, items_of(workspace, nuclei))] == ["", "", ""]
    app = one_by_one(open_page, nuclei, image_id)
    assert "Another mask" not in texts(app)
    workspace.masks.save(image_id, NewRevision(png(1), None, 0.5, None, "Lee", 1.0, 0.1))
    told = "Another mask than before, by Lee; look again"
    assert [each.said for each in tiles_of(workspace, here, items_of(workspace, nuclei))] == ["", told, ""]
    assert told in texts(app.run())
    # Whoever went on and comes back has seen no other one.
    tiles_of(workspace, here, items_of(workspace, nuclei)[2:])
    assert [each.said for each in tiles_of(workspace, here, items_of(workspace, nuclei))] == ["", "", ""]


def test_an_open_tab_follows_a_new_name(open_page, workspace, nuclei, saved):
    workspace.settings.set("person", "Kim")
    app = open_page("review", task=nuclei.slug)
    kim = workspace.persons.find("Kim")
    # As in another tab.
    workspace.persons.rename(kim.id, "Kimm", who="Kim")
    app.run()
    assert "You are Kimm now" in shown(app.toast[0].value)
    assert app.session_state["person"] == "Kimm"
    assert not app.run().toast
    # Another name that is given here is another person's, whatever became of the one before.
    next(each for each in app.text_input if each.label == "Your name").set_value("Lee").run()
    assert app.session_state["person"] == "Lee"
    workspace.persons.rename(kim.id, "Kim", who="Kimm")
    assert app.run().session_state["person"] == "Lee"
    # A name that the browser remembers is known from its first run on.
    next(each for each in app.text_input if each.label == "Your name").set_value("Kim").run()
    workspace.persons.rename(kim.id, "Kimmy", who="Kim")
    assert app.run().session_state["person"] == "Kimmy"


def test_what_is_pressed_first_in_an_open_tab_bears_the_new_name(open_page, workspace, nuclei, saved):
    workspace.settings.set("person", "Lee")
    lee = workspace.persons.get_or_add("Lee")
    app = one_by_one(open_page, nuclei, saved[0][0])
    # As in another tab.
    workspace.persons.rename(lee.id, "Lea", who="Lee")
    button(app, "Approve").click().run()
    assert [each.who for each in workspace.reviews.of_image(saved[0][0])] == ["Lea"]
    assert workspace.persons.find("Lee") is None


def test_ten_thousand_verdicts_on_one_image():
    """One of them counts: that of who never took it back."""
    row = ReviewRow(0, 1, 7, None, None, "Kim", 1, "flagged", (), "", None, datetime.now(UTC))
    others = [
        replace(row, id=number, who="Lee", person_id=2, verdict="withdrawn" if number % 2 else "approved")
        for number in range(9_999, 0, -1)
    ]
    assert counting([*others, row], 7) == row
    assert counting([*others, row], 8) is None
