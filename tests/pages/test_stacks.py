"""Stacks on the Segment page, without a browser."""

import numpy as np
import pytest

from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import content_of_mask
from tests.workflows.test_stacks import nifti


@pytest.fixture
def stack(workspace):
    """A task without a model, with a volume of six slices."""
    task = workspace.tasks.create("Nuclei")
    generator = np.random.default_rng(0)
    volume = generator.integers(0, 200, (6, 32, 40)).astype(np.uint8)
    add_images(workspace, task.id, [("scan.nii.gz", nifti(volume, (-0.5, -0.5, 2.0)))])
    return task, workspace.images.list(task.id)


def captions(app) -> str:
    return "\n".join(each.value for each in app.caption)


def button(app, label):
    return next(each for each in app.button if each.label == label)


def test_the_slider_goes_through_the_slices_and_says_where_they_lie(open_page, stack):
    task, images = stack
    app = open_page(task=task.slug, image=str(images[0].id))
    assert not app.exception
    slider = next(each for each in app.slider if each.label == "Slice")
    assert (slider.min, slider.max, slider.value) == (1, 6, 1)
    slider.set_value(4).run()
    assert app.query_params["image"] == str(images[3].id)
    assert "Slice 4 of 6 · 6.0 mm from the first · 0.5 × 0.5 × 2 mm" in captions(app)
    assert "1 of 1 (6 images)" in captions(app)


def test_slices_are_filled_in_between_drawn_ones(open_page, workspace, stack):
    task, images = stack
    mask = np.zeros((32, 40), np.uint8)
    mask[8:20, 8:20] = 1
    for place in (0, 5):
        workspace.drafts.start_from(images[place].id, content_of_mask(workspace, images[place], mask))
    app = open_page(task=task.slug, image=str(images[2].id))
    assert not app.exception
    assert button(app, "Fill in between").disabled is False
    button(app, "Fill in between").click().run()
    assert not app.exception
    assert "4 slices between 1 and 6 are filled in as drafts." in captions(app)
    assert "Filled in between drawn slices, not looked at yet." in captions(app)
    button(app, "Save mask").click().run()
    assert "Filled in between drawn slices" not in captions(app)
    assert "3 of 6 slices drawn or saved" in captions(app)


def test_an_image_that_is_no_slice_shows_none_of_this(open_page, workspace):
    from tests.pages.conftest import png

    task = workspace.tasks.create("Nuclei")
    add_images(workspace, task.id, [("a.png", png(1))])
    app = open_page(task=task.slug)
    assert not app.exception
    assert "Slice" not in [each.label for each in app.slider]
    assert "Fill in between" not in [each.label for each in app.button]
