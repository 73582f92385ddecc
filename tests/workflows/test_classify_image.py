"""Labels of an image with its mask: what is asked, what is kept, and what follows a corrected mask."""

import numpy as np
import pytest

from benchmarks.phantoms.skin import skin_phantom
from core.classification.predictor import load_classifier
from core.correction.corrections import encode_layer
from core.errors import AppError, StoreError
from core.imaging.decode import decode_image
from core.imaging.masks import encode_png
from core.registry.predictors import Classifiers
from core.workflows.add_images import add_images
from core.workflows.correct.classify_image import (
    answer,
    classifier_of,
    known_answer,
    looked_at_png,
    question_of,
    save_label,
)
from core.workflows.correct.open_image import open_image
from core.workspace import DraftContent
from tests.workflows import lesions
from tests.workflows.lesions import LABELS

SIDE = 48


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    return lesions.save_tiny_weights(tmp_path_factory.mktemp("classifier") / "model.keras")


@pytest.fixture
def use_classifier(workspace, task, weights):
    """Puts a classifier into use that looks at images in the given way."""
    return lambda view: lesions.use_classifier(workspace, task, weights, view)


@pytest.fixture
def classifiers():
    """The real thing, which counts how often it loads."""
    loaded = []

    def load(folder):
        loaded.append(folder.name)
        return load_classifier(folder)

    made = Classifiers(load=load)
    made.loads = loaded
    return made


@pytest.fixture
def opened(workspace, task, add_version, predictors):
    """A lesion phantom, opened with the prediction of a stand-in."""
    add_version()
    picture, _ = skin_phantom(3, SIDE)
    (outcome,) = add_images(workspace, task.id, [("lesion.png", encode_png(picture))])
    return open_image(workspace, outcome.image_id, predictors, who="Kim")


def draw(workspace, opened, rows):
    """A draft whose mask is these rows and nothing else."""
    layer = np.ones((SIDE, SIDE), np.uint8)
    layer[rows] = 2
    workspace.drafts.start_from(opened.image.id, DraftContent(0.5, encode_layer(layer), opened.version.id))


def test_a_task_without_a_classifier_has_none(workspace, task):
    assert classifier_of(workspace, task.id) is None


def test_probabilities_add_up_and_stand_in_the_card_s_order(
    workspace, opened, use_classifier, predictors, classifiers
):
    classifier = use_classifier("whole")
    question = question_of(workspace, opened, classifier)
    assert known_answer(workspace, question) is None
    assert classifiers.loads == []
    found = answer(workspace, question, predictors, classifiers)
    assert tuple(found) == LABELS
    assert sum(found.values()) == pytest.approx(1)
    assert known_answer(workspace, question) == found
    assert (classifier.title_of("MEL"), classifier.title_of("SK")) == ("Melanoma", "SK")


def test_an_answer_that_is_kept_loads_nothing(workspace, opened, use_classifier, predictors, classifiers):
    question = question_of(workspace, opened, use_classifier("whole"))
    first = answer(workspace, question, predictors, classifiers)
    unloadable = Classifiers(load=lambda folder: pytest.fail("a kept answer was asked for again"))
    assert answer(workspace, question, predictors, unloadable) == first


@pytest.mark.parametrize("view", ["masked", "crop"])
def test_a_corrected_mask_is_a_new_question(workspace, opened, use_classifier, predictors, classifiers, view):
    classifier = use_classifier(view)
    before = question_of(workspace, opened, classifier)
    first = answer(workspace, before, predictors, classifiers)
    draw(workspace, opened, slice(0, 8))
    after = question_of(workspace, opened, classifier)
    assert known_answer(workspace, after) is None
    second = answer(workspace, after, predictors, classifiers)
    assert first != second
    # Drawn back, the first answer is still there.
    workspace.drafts.start_from(opened.image.id, before.content)
    assert known_answer(workspace, question_of(workspace, opened, classifier)) == first


def test_a_classifier_of_whole_images_does_not_ask_for_the_mask(workspace, opened, use_classifier):
    classifier = use_classifier("whole")
    before = question_of(workspace, opened, classifier)
    draw(workspace, opened, slice(0, 8))
    assert question_of(workspace, opened, classifier).key == before.key


def test_each_version_answers_for_itself(workspace, opened, use_classifier):
    keys = {question_of(workspace, opened, use_classifier(view)).key for view in ("whole", "masked", "crop")}
    assert len(keys) == 3


def test_what_it_looked_at_is_a_picture_of_the_image_s_shape(
    workspace, opened, use_classifier, predictors, classifiers
):
    question = question_of(workspace, opened, use_classifier("whole"))
    pictures = [looked_at_png(workspace, question, label, predictors, classifiers) for label in LABELS]
    shapes = {decode_image(picture, "x").values.shape for picture in pictures}
    assert shapes == {(SIDE, SIDE, 3)}
    assert len(set(pictures)) == 3
    with pytest.raises(ValueError):
        looked_at_png(workspace, question, "XYZ", predictors, classifiers)


def test_a_grey_image_is_refused_in_one_sentence(
    workspace, task, opened, use_classifier, predictors, classifiers
):
    classifier = use_classifier("whole")
    (outcome,) = add_images(workspace, task.id, [("grey.png", encode_png(np.zeros((9, 9), np.uint8)))])
    grey = open_image(workspace, outcome.image_id, predictors, who="Kim")
    with pytest.raises(AppError, match="image is grey"):
        answer(workspace, question_of(workspace, grey, classifier), predictors, classifiers)


def test_a_label_is_kept_with_what_was_shown(workspace, opened, use_classifier):
    classifier = use_classifier("whole")
    shown = {"MEL": 0.2, "NV": 0.5, "Other_SC": 0.3}
    kept = save_label(workspace, opened.image.id, "MEL", who="Kim", shown=shown)
    assert (kept.label, kept.who, kept.shown, kept.version_id) == ("MEL", "Kim", shown, classifier.version.id)
    assert save_label(workspace, opened.image.id, None, who="Kim").version_id is None
    assert workspace.labels.latest(opened.image.id).label is None


def test_an_unknown_label_is_refused(workspace, opened, use_classifier):
    with pytest.raises(StoreError, match='"MEL" is no label of this task; expected none'):
        save_label(workspace, opened.image.id, "MEL", who="Kim")
    use_classifier("whole")
    with pytest.raises(StoreError, match='"SK" is no label of this task; expected one of MEL, NV, Other_SC'):
        save_label(workspace, opened.image.id, "SK", who="Kim")
    assert workspace.labels.history(opened.image.id) == []
