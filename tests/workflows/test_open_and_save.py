import threading

import numpy as np
import pytest
from sqlalchemy import event

from core.cards import MaskClass, ModelCard, load_card, save_card
from core.config import ScalingConfig
from core.correction.corrections import decode_layer, encode_layer
from core.errors import BadFileError, StoreError
from core.imaging.decode import decode_image
from core.registry.predictors import Predictors
from core.workflows.add_images import add_images
from core.workflows.correct import editor_scale, pictures
from core.workflows.correct.download import image_mask_png, image_overlay_png
from core.workflows.correct.open_image import open_image
from core.workflows.correct.save_mask import read_mask, restore_revision, save_mask
from core.workspace import DraftContent, TaskClass
from core.workspace.classes import merged
from tests.stored_files import stored_file
from tests.workflows.conftest import Brightness, png


def values(content):
    return decode_image(content, "x").values.tolist()


@pytest.fixture
def image(workspace, task):
    """Two rows: 100 and 127, 128 and 200."""
    add_images(workspace, task.id, [("a.png", png([[100, 127], [128, 200]]))])
    return workspace.images.list(task.id)[0]


def test_opening_gives_picture_prediction_and_the_card_s_threshold(
    workspace, task, image, add_version, predictors
):
    version = add_version(threshold=0.4)
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert (opened.height, opened.width, opened.picture[:4]) == (2, 2, b"\x89PNG")
    assert values(opened.picture) == [[100, 127], [128, 200]]
    assert values(opened.proposal.confidence_png) == [[100, 127], [128, 200]]
    assert (opened.threshold, opened.suggested_threshold) == (0.4, 0.4)
    assert (opened.draft, opened.layer_png, opened.reference_png) == (None, None, None)
    assert (opened.version.id, opened.newer_version, opened.notes) == (version.id, None, ())
    assert workspace.images.get(image.id).looked_at is not None
    assert workspace.images.last_looked_at(workspace.tasks.get(task.slug).id, "Kim") == image.id


def test_a_task_without_a_model_starts_from_an_empty_mask(workspace, image, predictors):
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert opened.version is None
    assert values(opened.proposal.confidence_png) == [[0, 0], [0, 0]]
    assert opened.threshold == 0.5


def test_an_image_is_predicted_once_by_each_version(workspace, image, add_version, predictors):
    add_version("one")
    for _ in range(3):
        open_image(workspace, image.id, predictors, who="Kim")
    assert [model.num_predictions for model in predictors.models] == [1]
    add_version("two", shift=0.1)
    open_image(workspace, image.id, predictors, who="Kim")
    assert [model.num_predictions for model in predictors.models] == [1, 1]


def test_a_changed_card_makes_the_prediction_anew_where_it_changes_pixels(
    workspace, image, add_version, predictors
):
    version = add_version("one", threshold=0.3)
    path = workspace.versions.open(version) / "card.json"
    open_image(workspace, image.id, predictors, who="Kim")
    for card, predictions in (
        (ModelCard(name="one", threshold=0.7), [1]),
        (ModelCard(name="one", threshold=0.7, flips=("horizontal",)), [1, 1]),
        (ModelCard(name="one", scaling=ScalingConfig("per_image")), [1, 1, 1]),
    ):
        save_card(card, path)
        open_image(workspace, image.id, predictors, who="Kim")
        assert [model.num_predictions for model in predictors.models if model.num_predictions] == predictions


def test_an_image_opens_where_nothing_can_be_written(workspace, image, predictors):
    """As on a full disk: the database takes no further page."""
    event.listen(
        workspace._database.engine,
        "connect",
        lambda connection, _record: connection.execute("PRAGMA query_only = ON"),
    )
    workspace.close()
    opened = open_image(workspace, image.id, predictors, who="Somebody new")
    assert opened.image.id == image.id
    assert workspace.images.last_looked_at(image.task_id, "Somebody new") is None


def test_an_image_whose_file_is_gone_is_not_looked_at(workspace, task, image, predictors):
    stored_file(workspace, image.file).unlink()
    with pytest.raises(StoreError):
        open_image(workspace, image.id, predictors, who="Kim")
    assert workspace.images.get(image.id).looked_at is None
    assert workspace.images.last_looked_at(task.id, "Kim") is None


def test_the_page_and_the_prefetch_at_once_predict_once(workspace, image, add_version, predictors):
    version = add_version()
    threads = [
        threading.Thread(target=pictures.prefetch, args=(workspace, image.id, version, predictors))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    open_image(workspace, image.id, predictors, who="Kim")
    assert [model.num_predictions for model in predictors.models] == [1]


def test_the_draft_keeps_its_version_until_the_person_chooses_the_new_one(
    workspace, image, add_version, predictors
):
    old = add_version("old")
    layer = encode_layer(np.array([[2, 0], [0, 1]], np.uint8))
    workspace.drafts.put(
        image.id,
        who="Kim",
        version_id=old.id,
        threshold=0.45,
        layer_png=layer,
        client_id="tab",
        sequence=1,
        seconds=1,
    )
    new = add_version("new", shift=0.2)
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert (opened.version.id, opened.newer_version.id) == (old.id, new.id)
    assert (opened.threshold, opened.layer_png, opened.draft.revision) == (0.45, layer, 1)
    assert values(opened.proposal.confidence_png) == [[100, 127], [128, 200]]
    chosen = open_image(workspace, image.id, predictors, who="Kim", version_id=new.id)
    assert (chosen.version.id, chosen.newer_version, chosen.threshold) == (new.id, None, 0.45)
    assert values(chosen.proposal.confidence_png) == [[151, 178], [179, 251]]


def test_what_was_begun_before_there_was_a_model_is_offered_its_prediction(
    workspace, image, add_version, predictors
):
    workspace.drafts.start_from(image.id, DraftContent(0.5, None, None), "Kim")
    assert open_image(workspace, image.id, predictors, who="Kim").newer_version is None
    first = add_version()
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert (opened.version, opened.newer_version.id) == (None, first.id)
    save_mask(workspace, image.id, predictors, content=DraftContent(0.5, None, None), who="Kim")
    assert open_image(workspace, image.id, predictors, who="Kim").newer_version is None


def test_a_reference_mask_is_given_by_class(workspace, task, image, predictors):
    add_images(workspace, task.id, [], masks=[("a.png", png([[0, 1], [0, 1]]))])
    assert values(open_image(workspace, image.id, predictors, who="Kim").reference_png) == [
        [0, 1],
        [0, 1],
    ]


def test_what_is_unknown_is_refused(workspace, image, predictors):
    with pytest.raises(StoreError, match="no image number 99"):
        open_image(workspace, 99, predictors, who="Kim")
    with pytest.raises(StoreError, match="no version number 9"):
        open_image(workspace, image.id, predictors, who="Kim", version_id=9)


def test_what_is_saved_is_threshold_and_layer_over_the_prediction(workspace, image, add_version, predictors):
    version = add_version()
    layer = encode_layer(np.array([[2, 0], [1, 0]], np.uint8))
    # 0.5 is 128 of 255: the prediction alone is [[0, 0], [1, 1]].
    content = DraftContent(0.5, layer, version.id, 12.5)
    revision = save_mask(workspace, image.id, predictors, content=content, who="Kim", client_id="tab")
    assert read_mask(workspace, revision).tolist() == [[1, 0], [0, 1]]
    assert (revision.who, revision.seconds, revision.threshold) == ("Kim", 12.5, 0.5)
    assert (revision.version_id, revision.foreground, revision.origin) == (version.id, 0.5, "person")
    told = {"version": "Version 1", "weights_sha256": "first" * 10}
    assert {name: revision.provenance[name] for name in told} == told
    assert workspace.masks.read_layer_png(revision) == layer
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert (opened.layer_png, opened.threshold, opened.draft.client_id) == (layer, 0.5, "tab")
    assert opened.image.state == "corrected"
    assert not opened.image.has_unsaved_changes


def test_an_empty_layer_saves_the_prediction_bit_for_bit(workspace, image, add_version, predictors):
    version = add_version()
    content = DraftContent(0.499, None, version.id)
    revision = save_mask(workspace, image.id, predictors, content=content, who="Kim")
    assert read_mask(workspace, revision).tolist() == [[0, 0], [1, 1]]


def test_a_layer_of_another_size_saves_nothing(workspace, image, predictors):
    content = DraftContent(0.5, encode_layer(np.zeros((3, 3), np.uint8)), None)
    with pytest.raises(BadFileError):
        save_mask(workspace, image.id, predictors, content=content, who="Kim")
    assert workspace.masks.history(image.id) == []
    assert workspace.images.get(image.id).state == "new"


def test_restoring_is_a_new_revision_with_its_layer_in_the_editor_again(workspace, image, predictors):
    first = encode_layer(np.array([[2, 2], [0, 0]], np.uint8))
    second = encode_layer(np.array([[0, 0], [2, 2]], np.uint8))
    for layer, threshold in ((first, 0.3), (second, 0.6)):
        content = DraftContent(threshold, layer, None)
        workspace.drafts.start_from(image.id, content)
        save_mask(workspace, image.id, predictors, content=content, who="Kim")
    oldest = workspace.masks.history(image.id)[-1]

    restored = restore_revision(workspace, oldest.id, "Lee")

    assert (restored.number, restored.origin, restored.who) == (3, "restored", "Lee")
    assert restored.provenance["restored_from"] == 1
    assert read_mask(workspace, restored).tolist() == [[1, 1], [0, 0]]
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert (opened.layer_png, opened.threshold) == (first, 0.3)
    assert not opened.image.has_unsaved_changes
    assert [each.number for each in workspace.masks.history(image.id)] == [3, 2, 1]


def test_large_images_are_edited_as_a_copy_and_saved_at_full_size(
    workspace, task, add_version, predictors, monkeypatch
):
    monkeypatch.setattr(editor_scale, "MAX_EDITOR_SIDE", 4)
    version = add_version()
    big = np.zeros((8, 4), np.uint8)
    big[:4] = 255
    add_images(workspace, task.id, [("big.png", png(big))])
    (image,) = workspace.images.list(task.id)
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert (opened.height, opened.width) == (4, 2)
    assert opened.notes == (
        "This image is 4 x 8 pixels; you edit a copy of 2 x 4, and the saved mask is scaled back to the full "
        "size.",
    )
    assert values(opened.proposal.confidence_png) == [[255, 255], [255, 255], [0, 0], [0, 0]]
    layer = np.zeros((4, 2), np.uint8)
    layer[3, 1] = 2
    content = DraftContent(0.5, encode_layer(layer), version.id)
    revision = save_mask(workspace, image.id, predictors, content=content, who="Kim")
    expected = (big > 0).astype(np.uint8)
    expected[6:, 2:] = 1
    assert read_mask(workspace, revision).tolist() == expected.tolist()
    saved_layer = decode_layer(workspace.masks.read_layer_png(revision), (8, 4))
    assert saved_layer.sum() == 2 * 4
    restore_revision(workspace, revision.id, "Kim")
    assert decode_layer(workspace.drafts.get(image.id).layer_png, (4, 2)).tolist() == layer.tolist()


@pytest.mark.parametrize("shape", [(4096, 4096), (1, 1), (4096, 10)])
def test_up_to_4096_a_side_nothing_is_scaled(shape):
    assert editor_scale.editor_size(*shape) == shape
    assert editor_scale.scaled_note(*shape) is None


@pytest.mark.parametrize("full", [(5000, 4100), (4097, 1), (9001, 30), (12_000, 7)])
def test_a_layer_that_is_scaled_up_and_down_again_is_the_same(full):
    small = editor_scale.editor_size(*full)
    assert max(small) == 4096
    layer = np.random.default_rng(0).integers(0, 3, small).astype(np.uint8)
    there = editor_scale.resize_nearest(layer, full)
    assert there.shape == full
    assert np.array_equal(editor_scale.resize_nearest(there, small), layer)


def test_nearest_takes_the_pixel_below_the_centre():
    # Centres of 3 columns over 6: 1, 3, 5 (index of the pixel that holds 1.0, 3.0, 5.0).
    assert editor_scale.resize_nearest(np.array([[0, 1, 2, 3, 4, 5]]), (1, 3)).tolist() == [[1, 3, 5]]
    assert editor_scale.resize_nearest(np.array([[7, 8]]), (2, 4)).tolist() == [[7, 7, 8, 8], [7, 7, 8, 8]]


def test_large_pictures_travel_as_jpeg(workspace, task, predictors):
    add_images(workspace, task.id, [("a.png", png(np.zeros((601, 600))))])
    opened = open_image(workspace, workspace.images.list(task.id)[0].id, predictors, who="Kim")
    assert opened.picture[:2] == b"\xff\xd8"


def test_downloads_show_what_the_editor_shows(workspace, image, add_version, predictors):
    version = add_version()
    assert values(image_mask_png(workspace, image.id, predictors, who="Kim")) == [[0, 0], [255, 255]]
    layer = encode_layer(np.array([[2, 0], [1, 0]], np.uint8))
    workspace.drafts.put(
        image.id,
        who="Kim",
        version_id=version.id,
        threshold=0.5,
        layer_png=layer,
        client_id="t",
        sequence=1,
        seconds=0,
    )
    assert values(image_mask_png(workspace, image.id, predictors, who="Kim")) == [[255, 0], [0, 255]]
    overlay = np.array(values(image_overlay_png(workspace, image.id, predictors, who="Kim")))
    assert overlay.shape == (2, 2, 3)
    assert overlay[0, 1].tolist() == [127, 127, 127]
    assert overlay[0, 0].tolist() == [230, 159, 0]


def test_a_task_without_a_model_downloads_an_empty_mask(workspace, image, predictors):
    assert values(image_mask_png(workspace, image.id, predictors, who="Kim")) == [[0, 0], [0, 0]]


def test_the_probability_that_was_seen_is_the_one_that_is_saved(workspace, image, add_version, predictors):
    version = add_version()
    open_image(workspace, image.id, predictors, who="Kim")
    # Another machine's arithmetic, or a retrained file under the same hash, must not move a pixel.
    predictors.models[0].shift = 0.4
    content = DraftContent(0.5, None, version.id)
    revision = save_mask(workspace, image.id, predictors, content=content, who="Kim")
    assert read_mask(workspace, revision).tolist() == [[0, 0], [1, 1]]


def test_a_model_that_is_gone_takes_only_its_prediction_away(workspace, image, add_version, predictors):
    version = add_version()
    (workspace.versions.open(version) / "card.json").unlink()
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert opened.version is None
    assert values(opened.picture) == [[100, 127], [128, 200]]
    assert values(opened.proposal.confidence_png) == [[0, 0], [0, 0]]
    assert "card" in opened.notes[0]


def test_of_several_classes_the_planes_are_kept_and_saved(workspace, task, image, add_version, predictors):
    workspace.tasks.set_classes(task.id, (TaskClass("A", value=1), TaskClass("C")))
    version = add_version()
    card = ModelCard(name="three", classes=tuple(MaskClass(name, (0, 0, 0)) for name in "bac"))
    save_card(card, workspace.versions.open(version) / "card.json")
    softmax = [[[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]], [[0.1, 0.2, 0.7], [0.4, 0.3, 0.3]]]
    predictors.get(workspace.versions.open(version)).predict = lambda image: np.array(softmax, np.float32)
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert [each.value for each in opened.classes] == [1, 2]
    # 0.3 / 0.9, 0.7 / 0.9; 0.7 / 0.8, 0.3 / 0.7 of 255.
    assert values(opened.proposal.confidence_png) == [[85, 198], [223, 109]]
    assert values(opened.proposal.proposed_png) == [[1, 1], [2, 1]]
    layer = encode_layer(np.array([[3, 0], [0, 0]], np.uint8))
    content = DraftContent(0.5, layer, version.id)
    revision = save_mask(workspace, image.id, predictors, content=content, who="Kim")
    assert read_mask(workspace, revision).tolist() == [[2, 1], [2, 0]]
    assert revision.provenance["pixels_of_class"] == {"1": 1, "2": 2}
    # Merged, a class is read as the other one, in what is saved and in what is drawn; the file stays.
    both = workspace.tasks.get_by_id(task.id).all_classes
    workspace.tasks.set_classes(task.id, merged(both, 2, into=1))
    assert read_mask(workspace, revision).tolist() == [[1, 1], [1, 0]]
    again = save_mask(workspace, image.id, predictors, content=content, who="Kim")
    assert read_mask(workspace, again).tolist() == [[1, 1], [1, 0]]
    # What was merged stays so while other things change; deleted it is background; both can be taken back.
    workspace.tasks.set_classes(task.id, both[:1])
    assert read_mask(workspace, revision).tolist() == [[1, 1], [1, 0]]
    workspace.tasks.set_classes(task.id, merged(both, 2, into=0))
    assert read_mask(workspace, revision).tolist() == [[0, 1], [0, 0]]
    workspace.tasks.set_classes(task.id, both)
    assert read_mask(workspace, revision).tolist() == [[2, 1], [2, 0]]


def test_a_class_that_the_task_lacks_is_background_and_told(workspace, image, add_version, predictors):
    version = add_version()
    classes = tuple(MaskClass(name, (0, 0, 0)) for name in ("background", "nucleus", "membrane"))
    save_card(ModelCard(name="three", classes=classes), workspace.versions.open(version) / "card.json")
    softmax = [[[0.6, 0.3, 0.1], [0.2, 0.7, 0.1]], [[0.1, 0.2, 0.7], [0.4, 0.3, 0.3]]]
    predictors.get(workspace.versions.open(version)).predict = lambda image: np.array(softmax, np.float32)
    opened = open_image(workspace, image.id, predictors, who="Kim")
    assert opened.notes == (
        "The model also knows membrane, which this task has not: there it shows background.",
    )
    content = DraftContent(0.5, None, version.id)
    assert read_mask(
        workspace, save_mask(workspace, image.id, predictors, content=content, who="Kim")
    ).tolist() == [
        [0, 1],
        [0, 0],
    ]


def test_of_a_part_only_what_was_painted_counts(workspace, image, add_version, predictors):
    version = add_version()
    layer = encode_layer(np.array([[2, 0], [1, 0]], np.uint8))
    content = DraftContent(0.5, layer, version.id)
    revision = save_mask(workspace, image.id, predictors, content=content, who="Kim", scope="part")
    assert revision.scope == "part" and revision.foreground == 0.25
    assert read_mask(workspace, revision).tolist() == [[1, 255], [0, 255]]
    assert restore_revision(workspace, revision.id, "Kim").scope == "part"
    with pytest.raises(StoreError, match="Nothing of this image is checked yet"):
        content = DraftContent(0.5, None, version.id)
        save_mask(workspace, image.id, predictors, content=content, who="Kim", scope="part")


def test_who_goes_on_while_an_image_is_still_being_predicted_is_on_the_later_one(
    workspace, task, add_version, predictors
):
    add_version()
    added = add_images(workspace, task.id, [(f"{level}.png", png([[level] * 3])) for level in (10, 20)])
    first, second = (each.image_id for each in added)

    class Slow(Brightness):
        def predict(self, image):
            # As a page that is drawn anew meanwhile: for Kim the next image, for nobody in particular Kim.
            open_image(workspace, second, predictors, who="Kim")
            workspace.presence.leave("root")
            return super().predict(image)

    slow = Predictors(load=lambda folder: Slow(load_card(folder / "card.json")))
    open_image(workspace, first, slow, who="Kim")
    assert workspace.images.last_looked_at(task.id, "Kim") == second
    [third] = add_images(workspace, task.id, [("30.png", png([[30] * 3]))])
    open_image(workspace, third.image_id, slow, who="root")
    assert workspace.presence.first_on(third.image_id, "Kim") is None
