import numpy as np
import pytest

from core.correction.corrections import encode_layer
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import save_mask
from core.workflows.review.corrective import corrected_images
from core.workspace import DraftContent
from tests.workflows.conftest import png


@pytest.fixture
def images(workspace, task):
    """Three images of one row: two bright pixels, then two dark ones; each with a corner of its own."""
    rows = [[200 + number, 200, 0, 0] for number in range(3)]
    add_images(workspace, task.id, [(f"{number}.png", png([row])) for number, row in enumerate(rows)])
    return workspace.images.list(task.id)


def save(workspace, image, predictors, layer=None, seconds=4.0):
    version = workspace.versions.current(image.task_id)
    layer_png = None if layer is None else encode_layer(np.array([layer], np.uint8))
    content = DraftContent(0.5, layer_png, version.id if version else None, seconds)
    return save_mask(workspace, image.id, predictors, content=content, who="Kim")


def test_predictions_against_what_counts(workspace, task, images, add_version, predictors):
    first = add_version()
    # Background over one of the two: 2 * 1 / (2 + 1).
    save(workspace, images[1], predictors, layer=[1, 0, 0, 0])
    second = add_version("second", shift=0.5)
    # Everything is proposed now; two are right: 2 * 2 / (4 + 2).
    save(workspace, images[0], predictors, layer=[0, 0, 1, 1])
    save(workspace, images[2], predictors, seconds=9.0)
    found = corrected_images(workspace, task.id, predictors)
    assert [(each.image_id, each.version_id) for each in found] == [
        (images[1].id, first.id),
        (images[0].id, second.id),
        (images[2].id, second.id),
    ]
    assert [each.dice for each in found] == pytest.approx([2 / 3, 2 / 3, 1.0])
    assert [each.is_unchanged for each in found] == [False, False, True]
    assert [each.seconds for each in found] == [4.0, 4.0, 9.0]


def test_the_mask_that_counts_is_the_newest_and_the_model_that_of_the_first_save(
    workspace, task, images, add_version, predictors
):
    first = add_version()
    save(workspace, images[0], predictors)
    assert corrected_images(workspace, task.id, predictors)[0].dice == 1.0
    add_version("second", shift=0.5)
    save(workspace, images[0], predictors, layer=[2, 1, 1, 1])
    (found,) = corrected_images(workspace, task.id, predictors)
    assert (found.version_id, found.seconds) == (first.id, 8.0)
    assert found.dice == pytest.approx(2 / 3)
    asked = sum(model.num_predictions for model in predictors.models)
    workspace.cache.forget(images[0].sha256)
    assert corrected_images(workspace, task.id, predictors) == [found]
    corrected_images(workspace, task.id, predictors)
    assert sum(model.num_predictions for model in predictors.models) == asked + 1


def test_without_a_model_or_a_file_an_image_is_left_out(workspace, task, images, add_version, predictors):
    save(workspace, images[0], predictors, layer=[2, 0, 0, 0])
    add_version()
    lost = save(workspace, images[1], predictors)
    save(workspace, images[2], predictors, layer=[0, 0, 2, 0])
    workspace.files.remove(lost.mask_file)
    assert [each.image_id for each in corrected_images(workspace, task.id, predictors)] == [images[2].id]


def test_a_mask_of_which_only_what_was_painted_counts_is_left_out(
    workspace, task, images, add_version, predictors
):
    version = add_version()
    content = DraftContent(0.5, encode_layer(np.array([[1, 0, 0, 0]], np.uint8)), version.id)
    save_mask(workspace, images[0].id, predictors, content=content, who="Kim", scope="part")
    save(workspace, images[1], predictors)
    assert [each.image_id for each in corrected_images(workspace, task.id, predictors)] == [images[1].id]
