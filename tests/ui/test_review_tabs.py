"""The tabs beside the queue, each drawn by itself."""

import json
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from benchmarks.phantoms.xray import xray_phantom
from core.correction.corrections import encode_layer
from core.imaging.masks import encode_png
from core.ui import state
from core.ui.review.tabs import progress, words
from core.workflows.add_images import add_images
from core.workflows.correct.blind import waiting_for
from core.workflows.correct.save_mask import save_mask
from core.workspace import DraftContent, NewReview, NewRevision, PlantedRow, TaskClass
from core.workspace.classes import moved
from core.workspace.tables import RevisionTable


@pytest.fixture
def workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("WORKSPACE_DIR", str(tmp_path / "workspace"))
    st.cache_resource.clear()
    opened = state.workspace()
    yield opened
    opened.close()
    st.cache_resource.clear()


@pytest.fixture
def task(workspace):
    return workspace.tasks.get("lung_xray")


@pytest.fixture
def corrected(workspace, task):
    """Two phantoms that Kim saved: one as it was predicted, one with a corner erased."""
    files = [(f"{n}.png", encode_png(np.asarray(xray_phantom(n, 64)[0], np.uint8))) for n in range(2)]
    add_images(workspace, task.id, files)
    version = workspace.versions.current(task.id)
    layer = np.zeros((64, 64), np.uint8)
    layer[:40, :32] = 1
    for image, drawn in zip(workspace.images.list(task.id), (None, encode_layer(layer)), strict=True):
        content = DraftContent(0.5 if drawn else _threshold(workspace, version), drawn, version.id, 12.0)
        save_mask(workspace, image.id, state.predictors(), content=content, who="Kim")
    return workspace.images.list(task.id)


def _threshold(workspace, version):
    from core.registry.predictions import card_of

    return card_of(workspace, version).threshold


def draw(name, function="show"):
    def script(name, function):
        import importlib

        from core.ui import state

        tab = importlib.import_module(f"core.ui.review.tabs.{name}")
        getattr(tab, function)(state.workspace().tasks.get("lung_xray"))

    kwargs = {"name": name, "function": function}
    app = AppTest.from_function(script, default_timeout=240, kwargs=kwargs).run()
    assert not app.exception
    return app


def test_nothing_has_happened(workspace, task):
    assert draw("progress").info[0].value == words.PROGRESS_EMPTY


def test_the_audit_lists_checks_and_filters(workspace, task, corrected):
    app = draw("audit")
    assert app.text_input[0].value == workspace.audit.last_seal()
    told = app.dataframe[0].value
    assert told[words.AUDIT_WHO].tolist().count("Kim") == 2
    app.button[0].click().run()
    count = sum(1 for _ in workspace.audit.rows())
    assert app.success[0].value == words.AUDIT_WHOLE.format(count=count)
    assert "model 1, reason: came with the program" in told[words.AUDIT_DETAILS].tolist()[-1]
    app.selectbox[0].select("group_locked").run()
    assert app.dataframe[0].value[words.AUDIT_WHAT].tolist() == [words.ACTION["group_locked"]]
    with workspace._database.writing() as session:
        session.connection().exec_driver_sql("UPDATE audit SET who = 'Lee' WHERE action = 'mask_saved'")
    app.button[0].click().run()
    assert app.error[0].value.startswith("Entry ")


def test_progress_in_numbers_and_as_a_table(workspace, task, corrected):
    app = draw("progress")
    numbers = {each.label: each.value for each in app.metric}
    assert numbers[words.PROGRESS_UNCHANGED] == "1 of 2"
    assert numbers[words.PROGRESS_SECONDS] == "12"
    assert numbers[words.PROGRESS_GUESS] == words.NONE_YET
    table = app.dataframe[0].value
    assert table[words.PROGRESS_NAME].tolist() == ["0.png", "1.png"]
    assert table[words.PROGRESS_DICE][0] == 1.0
    assert table[words.PROGRESS_GUESSED].tolist() == [words.NONE_YET] * 2
    assert 0 < table[words.PROGRESS_DICE][1] < 1


def test_how_far_predictions_draw_readers_is_a_table_with_intervals(workspace, task, corrected):
    version = workspace.versions.current(task.id)
    picture = encode_png(np.asarray(xray_phantom(2, 64)[0], np.uint8))
    [added] = add_images(workspace, task.id, [("2.png", picture)])
    # Nothing is drawn where lungs were predicted: a Dice of 0.
    blind, empty = {"blind_to_version": version.id}, encode_png(np.zeros((64, 64), np.uint8))
    new = NewRevision(empty, None, 0.5, None, "Kim", 1.0, 0.0, provenance=blind)
    workspace.masks.save(added.image_id, new)
    table = draw("progress").dataframe[0].value
    assert table[words.PROGRESS_DRAWN].tolist() == [words.PROGRESS_HIDDEN, words.PROGRESS_SEEN]
    assert table[words.AGREEMENT_IMAGES].tolist() == [1, 2]
    assert table[words.PROGRESS_DICE][0] == "0.000"
    # Of one image there is no interval.
    of_one, of_two = table[words.AGREEMENT_DICE_INTERVAL]
    assert of_one == words.NONE_YET
    assert of_two.endswith(" to 1.000")


@pytest.mark.parametrize(("count", "on_top"), [(299, "point"), (300, "line")])
def test_many_points_do_not_hide_their_mean(count, on_top):
    def script(count):
        from types import SimpleNamespace

        from core.review.progress import CorrectedImage
        from core.ui.review.tabs import progress

        images = [CorrectedImage(number, "a.png", 1, 0.9, 1.0) for number in range(count)]
        progress._images(SimpleNamespace(id=1), images, {1: "Version 1"})

    app = AppTest.from_function(script, args=(count,), default_timeout=60).run()
    assert not app.exception
    [chart] = app.get("vega_lite_chart")
    assert json.loads(chart.proto.spec)["layer"][-1]["mark"]["type"] == on_top


def test_progress_says_what_it_waits_for_before_the_first_image_is_read(workspace, task, monkeypatch):
    def cold(workspace, task_id, predictors, *, on_progress):
        on_progress(1, 3)
        st.stop()

    monkeypatch.setattr(progress, "corrected_images", cold)
    [bar] = draw("progress").get("progress")
    assert bar.proto.text == words.PROGRESS_READING.format(done=1, total=3)


def test_where_no_saved_mask_counts_progress_says_that(workspace, task, corrected):
    for image in corrected:
        flag = NewReview("flagged", "Lee", workspace.truth.of(image.id).id)
        workspace.reviews.add(image.id, flag)
    assert [each.value for each in draw("progress").info] == [words.PROGRESS_NONE_COUNTS]


def test_readers_differ_until_one_of_them_is_taken(workspace, task, corrected):
    assert draw("agreement").info[0].value == words.AGREEMENT_EMPTY
    rules = replace(task.review_rules, second_percent=100, differ_below=1.0)
    workspace.tasks.set_review_rules(task.id, rules, who="Kim")
    version = workspace.versions.current(task.id)
    layer = np.zeros((64, 64), np.uint8)
    layer[:, 32:] = 1
    for image in corrected:
        content = DraftContent(0.5, encode_layer(layer), version.id, 5.0)
        save_mask(workspace, image.id, state.predictors(), content=content, who="Lee")
    app = draw("agreement")
    assert [each.value for each in app.subheader] == [words.AGREEMENT]
    table = app.dataframe[0].value
    assert table[words.AGREEMENT_WHO].tolist() == [
        "Kim and Lee",
        "Kim and model in use",
        "Lee and model in use",
    ]
    assert table[words.AGREEMENT_IMAGES].tolist() == [2, 2, 2]
    before = [workspace.truth.of(image.id) for image in corrected]
    workspace.settings.set("person", "Lee")
    app = draw("second_readings", "differing_images")
    assert app.button(key="settle_majority").disabled
    app.button(key="settle_second").click().run()
    agreed = [workspace.truth.of(image.id) for image in corrected]
    assert sorted(one == other for one, other in zip(before, agreed, strict=True)) == [False, True]
    next(each for each in app.button if each.label == words.SETTLED_UNDO).click().run()
    assert [workspace.truth.of(image.id) for image in corrected] == before


def test_agreement_of_a_class_that_was_moved_stands_under_its_name(workspace, task, corrected):
    rules = replace(task.review_rules, second_percent=100)
    task = workspace.tasks.set_review_rules(task.id, rules, who="Kim")
    task = workspace.tasks.set_classes(task.id, [TaskClass("Lung"), TaskClass("Heart")])
    workspace.tasks.set_classes(task.id, moved(task.all_classes, 2, -1))
    for who, lung in (("Park", 20), ("Lee", 40)):
        layer = np.ones((64, 64), np.uint8)
        # In a layer 2 is the lung, 3 the heart, of which both draw the same.
        layer[:lung], layer[50:] = 2, 3
        content = DraftContent(0.5, encode_layer(layer), None, 5.0)
        save_mask(workspace, corrected[0].id, state.predictors(), content=content, who=who)
    app = draw("agreement")
    (box,) = (each for each in app.selectbox if each.label == words.AGREEMENT_CLASS)
    assert (box.options, box.value) == (["Heart", "Lung"], 2)
    table = app.dataframe[0].value
    assert table.set_index(words.AGREEMENT_WHO)[words.AGREEMENT_DICE]["Lee and Park"] == "1.000"


def test_of_three_readers_the_one_who_differs_most_is_shown_at_first(workspace, task, corrected):
    rules = replace(task.review_rules, second_percent=100, differ_below=1.0)
    workspace.tasks.set_review_rules(task.id, rules, who="Kim")
    version, image = workspace.versions.current(task.id), corrected[0]
    for who, width in (("Lee", 32), ("Park", 2)):
        layer = np.zeros((64, 64), np.uint8)
        layer[:, :width] = 2
        content = DraftContent(_threshold(workspace, version), encode_layer(layer), version.id, 5.0)
        save_mask(workspace, image.id, state.predictors(), content=content, who=who)
    # Lee has read blind; Kim, who read first, may edit.
    for who, is_off in (("Lee", True), ("Kim", False)):
        workspace.settings.set("person", who)
        app = draw("second_readings", "differing_images")
        assert "Lee" in app.caption[1].value
        assert app.button(key="differ_edit").disabled is is_off
    [other] = app.button_group
    assert [each.partition("B: ")[2] for each in other.options] == ["Lee", "Park"]
    park = workspace.masks.history(image.id)[0]
    other.set_value(park.id).run()
    assert "Park" in app.caption[1].value
    app.button(key="settle_second").click().run()
    assert workspace.truth.of(image.id).mask_file == park.mask_file


def test_who_could_read_as_one_more_sees_the_masks_only_to_settle_them(workspace, task, corrected):
    rules = replace(task.review_rules, second_percent=100, differ_below=1.0)
    task = workspace.tasks.set_review_rules(task.id, rules, who="Kim")
    version, image = workspace.versions.current(task.id), corrected[0]
    layer = np.zeros((64, 64), np.uint8)
    layer[:, :32] = 2
    content = DraftContent(0.5, encode_layer(layer), version.id, 5.0)
    save_mask(workspace, image.id, state.predictors(), content=content, who="Lee")
    workspace.settings.set("person", "Choi")
    app = draw("second_readings", "differing_images")
    assert not app.caption
    assert not [each for each in app.button if each.key and each.key.startswith("settle_")]
    assert not app.get("imgs")
    assert app.button(key="differ_read").label == words.DIFFER_READ
    assert waiting_for(workspace, task, "Choi") == [image.id, corrected[1].id]
    app.button(key="differ_show").click().run()
    assert "Lee" in app.caption[1].value
    assert not app.button(key="differ_edit").disabled
    assert waiting_for(workspace, task, "Choi") == [corrected[1].id]
    # So it stays in another session.
    app = draw("second_readings", "differing_images")
    app.button(key="settle_second").click().run()
    assert workspace.truth.of(image.id).who == "Choi"


def test_who_chose_to_settle_goes_on_to_the_next_one_by_a_single_key(workspace, task, corrected):
    rules = replace(task.review_rules, second_percent=100, differ_below=1.0)
    workspace.tasks.set_review_rules(task.id, rules, who="Kim")
    version = workspace.versions.current(task.id)
    layer = np.zeros((64, 64), np.uint8)
    layer[:, :32] = 2
    content = DraftContent(0.5, encode_layer(layer), version.id, 5.0)
    for image in corrected:
        save_mask(workspace, image.id, state.predictors(), content=content, who="Lee")
    workspace.settings.set("person", "Choi")
    app = draw("second_readings", "differing_images")
    app.button(key="differ_show").click().run()
    [seen] = workspace.adjudicators.images_of(task.id, "Choi")
    app.button(key="settle_second").click().run()
    assert workspace.truth.of(seen).who == "Choi"
    assert "1 of 1" in app.markdown[-2].value
    assert "Lee" in app.caption[1].value
    assert workspace.adjudicators.images_of(task.id, "Choi") == {image.id for image in corrected}
    name = workspace.images.get(seen).name
    assert sum("agreed mask" in each.value and name in each.value for each in app.markdown) == 1
    next(each for each in app.button if each.label == words.SETTLED_UNDO).click().run()
    assert workspace.truth.of(seen).who == "Kim"
    assert any("1 of 2" in each.value for each in app.markdown)
    for _ in corrected:
        app.button(key="settle_first").click().run()
    assert not [each for each in app.button if each.key and each.key.startswith("settle_")]


def test_who_settles_what_they_have_read_is_not_shown_what_they_could_read(workspace, task, corrected):
    rules = replace(task.review_rules, second_percent=100, differ_below=1.0)
    workspace.tasks.set_review_rules(task.id, rules, who="Kim")
    version = workspace.versions.current(task.id)
    for image, who, width in zip(corrected, ("Lee", "Park"), (4, 60), strict=True):
        layer = np.zeros((64, 64), np.uint8)
        layer[:, :width] = 2
        content = DraftContent(0.5, encode_layer(layer), version.id, 5.0)
        save_mask(workspace, image.id, state.predictors(), content=content, who=who)
    workspace.settings.set("person", "Lee")
    app = draw("second_readings", "differing_images")
    while not [each for each in app.button if each.key == "settle_second"]:
        next(each for each in app.button if each.label == words.DIFFER_NEXT).click().run()
    app.button(key="settle_second").click().run()
    assert app.button(key="differ_show")
    assert workspace.adjudicators.images_of(task.id, "Lee") == {corrected[0].id}


def test_readers_see_their_own_numbers_of_gold_images_alone(workspace, task, corrected):
    for image in corrected:
        truth = workspace.truth.of(image.id)
        workspace.reviews.add(image.id, NewReview("approved", "Park", truth.id))
        workspace.gold.make(image.id, who="Park")
    workspace.tasks.set_review_rules(task.id, replace(task.review_rules, gold_percent=100), who="Park")
    content = DraftContent(0.5, None, workspace.versions.current(task.id).id, 5.0)
    for who in ("Choi", "Lee"):
        save_mask(workspace, corrected[0].id, state.predictors(), content=content, who=who)
    workspace.settings.set("person", "Lee")
    app = draw("agreement")
    assert app.dataframe[0].value[words.AGREEMENT_WHO].tolist() == ["Lee"]
    app.toggle(key="everybody_gold").set_value(True).run()
    assert app.dataframe[0].value[words.AGREEMENT_WHO].tolist() == ["Choi", "Lee"]


def test_readers_see_how_they_agree_with_themselves_alone(workspace, task, corrected):
    workspace.tasks.set_review_rules(task.id, replace(task.review_rules, again_percent=100), who="Park")
    with workspace._database.writing() as session:
        for each in session.query(RevisionTable):
            each.created_at -= timedelta(days=29)
    content = DraftContent(0.5, None, workspace.versions.current(task.id).id, 5.0)
    for image in corrected:
        save_mask(workspace, image.id, state.predictors(), content=content, who="Kim")
    own = "Kim and own mask of weeks before"
    workspace.settings.set("person", "Lee")
    app = draw("agreement")
    assert not app.dataframe
    assert words.AGAIN_OWN_NONE in [each.value for each in app.markdown]
    app.toggle(key="everybody_again").set_value(True).run()
    assert app.dataframe[0].value[words.AGREEMENT_WHO].tolist() == [own]
    workspace.settings.set("person", "Kim")
    assert draw("agreement").dataframe[0].value[words.AGREEMENT_WHO].tolist() == [own]


def test_no_tab_names_a_gold_image_to_who_is_to_read_it(workspace, task, corrected):
    rules = replace(task.review_rules, second_percent=100, differ_below=1.0)
    task = workspace.tasks.set_review_rules(task.id, rules, who="Park")
    layer = np.zeros((64, 64), np.uint8)
    layer[:, 32:] = 1
    content = DraftContent(0.5, encode_layer(layer), workspace.versions.current(task.id).id, 5.0)
    for image in corrected:
        save_mask(workspace, image.id, state.predictors(), content=content, who="Lee")
    gold_id = corrected[0].id
    workspace.reviews.add(gold_id, NewReview("approved", "Park", workspace.truth.of(gold_id).id))
    workspace.gold.make(gold_id, who="Park")
    # Who has seen the other one's mask is asked for no third reading of it.
    seen = workspace.truth.of(corrected[1].id)
    workspace.reviews.add(corrected[1].id, NewReview("approved", "Choi", seen.id))
    workspace.tasks.set_review_rules(task.id, replace(rules, gold_percent=100), who="Park")
    for who, is_seen in (("Park", True), ("Choi", False)):
        workspace.settings.set("person", who)
        differ = draw("second_readings", "differing_images")
        assert any("1 of 2" in each.value for each in differ.markdown) is is_seen
        agreed = draw("agreement").dataframe[0].value[words.AGREEMENT_IMAGES].tolist()
        assert agreed == ([2, 2, 2] if is_seen else [1, 1, 1])
        details = draw("audit").dataframe[0].value[words.AUDIT_DETAILS].tolist()
        assert any(each.startswith(f"image {gold_id},") for each in details) is is_seen
        assert any(each.startswith(f"image {corrected[1].id},") for each in details)
        assert ("0.png" in draw("progress").dataframe[0].value[words.PROGRESS_NAME].tolist()) is is_seen


def test_progress_says_nothing_of_an_image_that_waits_for_the_person(workspace, task, corrected):
    workspace.tasks.set_review_rules(task.id, replace(task.review_rules, second_percent=100), who="Park")
    content = DraftContent(0.5, None, workspace.versions.current(task.id).id, 5.0)
    save_mask(workspace, corrected[0].id, state.predictors(), content=content, who="Choi")
    workspace.settings.set("person", "Choi")
    app = draw("progress")
    assert app.dataframe[0].value[words.PROGRESS_NAME].tolist() == ["0.png"]
    assert any("left out: 1" in each.value for each in app.caption)
    # Of all of them together no mask can be told.
    assert "of 2" in app.metric[0].value
    workspace.settings.set("person", "Kim")
    assert draw("progress").dataframe[0].value[words.PROGRESS_NAME].tolist() == ["0.png", "1.png"]


def test_planted_errors_end_in_a_table_with_intervals(workspace, task, corrected):
    rules = replace(task.review_rules, planted_percent=10)
    workspace.tasks.set_review_rules(task.id, rules, who="Park")
    workspace.settings.set("person", "Lee")
    for number in range(10):
        verdict = "approved" if number == 0 else "flagged"
        kind = ("missing", "added", "shifted")[number % 3]
        workspace.planted.keep([PlantedRow(corrected[0].id, "Lee", f"revision {number}", kind, verdict)])
    workspace.planted.keep([PlantedRow(corrected[0].id, "Choi", "revision 1", "added", "approved")])
    app = draw("agreement")
    # Wilson's interval of 9 of 10: 0.5958 to 0.9821.
    told = next(each.value for each in app.markdown if "planted" in each.value)
    assert told.startswith("9 of 10 planted errors caught, 60 to 98 %")
    [row] = app.dataframe[0].value.to_dict("records")
    assert (row[words.AGREEMENT_WHO], row[words.PLANTED_KINDS["missing"]]) == ("Lee", "3 of 4")
    app.toggle(key="everybody_planted").set_value(True).run()
    assert app.dataframe[0].value[words.AGREEMENT_WHO].tolist() == ["Choi", "Lee"]
