"""A stack's slices give each other masks, and go back as one volume."""

import gzip
from dataclasses import replace

import nibabel as nib
import numpy as np
import pytest
import tifffile

from core.correction.corrections import decode_layer
from core.errors import AppError
from core.workflows.add_images import add_images
from core.workflows.correct.save_mask import content_of_mask, save_mask, shown_mask
from core.workflows.correct.slices import (
    drawn_slices,
    fill_slices,
    gap_at,
    geometry_of,
    is_filled,
    neighbour_layer,
)
from core.workflows.export.volume import volume_file, volume_masks, volume_name
from core.workspace import DraftContent, NewReview
from tests.workflows.conftest import gradient, png
from tests.workflows.test_stacks import nifti, pages, slice_of

VOLUME = np.stack([gradient(16, 20, first=place) for place in range(7)])


def bar(width):
    mask = np.zeros((16, 20), np.uint8)
    mask[4:12, 2 : 2 + width] = 1
    return mask


@pytest.fixture
def stack(workspace, task):
    add_images(workspace, task.id, [("s.tif", pages(VOLUME))])
    return workspace.images.list(task.id)


def draw(workspace, image, mask, who="Kim"):
    workspace.drafts.start_from(image.id, content_of_mask(workspace, image, mask), who)


def keep(workspace, image, mask, predictors):
    content = content_of_mask(workspace, image, mask)
    save_mask(workspace, image.id, predictors, content=content, who="Kim")


def fresh(workspace, stack):
    return workspace.images.of_stack(stack[0])


def test_the_gap_is_filled_with_drafts_that_say_so(workspace, stack, predictors):
    draw(workspace, stack[1], bar(6))
    keep(workspace, stack[5], bar(14), predictors)
    filled = fill_slices(workspace, workspace.images.get(stack[3].id), predictors, who="Kim")
    assert filled == (2, 6, 3)
    assert is_filled(workspace.drafts.get(stack[3].id, "Kim"))
    assert 6 < shown_mask(workspace, stack[3].id, predictors, who="Kim")[8].sum() < 14
    # Filled slices are no drawn ones, and nothing is corrected by itself.
    assert drawn_slices(workspace, fresh(workspace, stack), "Kim") == [1, 5]
    assert [each.state for each in fresh(workspace, stack)].count("corrected") == 1
    assert workspace.drafts.get(stack[0].id, "Kim") is None


@pytest.mark.parametrize(
    ("drawn", "place", "gap"),
    [
        ([1, 5], 3, (1, 5)),
        ([1, 5], 1, (1, 5)),
        # On the last one drawn, and where the next one is drawn too: the gap before it.
        ([1, 5], 5, (1, 5)),
        ([1, 5, 6], 5, (1, 5)),
        ([1, 5, 9], 5, (5, 9)),
        ([1, 5], 6, None),
        ([5], 5, None),
    ],
)
def test_a_drawn_slice_means_the_gap_after_it_else_that_before_it(drawn, place, gap):
    assert gap_at(drawn, place) == gap


def test_the_gap_is_filled_from_the_slice_that_was_drawn_last(workspace, stack, predictors):
    draw(workspace, stack[1], bar(6))
    draw(workspace, stack[5], bar(14))
    filled = fill_slices(workspace, workspace.images.get(stack[5].id), predictors, who="Kim")
    assert filled == (2, 6, 3)


@pytest.mark.parametrize(
    ("positions", "widths"),
    # From 4 wide on the first to 16 on the last: a slice at 3 of 18 mm is a sixth of the way, 2 wider.
    [
        ((0, 3, 6, 15, 18), [6, 8, 14]),
        ((0, 3, 6, 9, 12), [7, 10, 13]),
        ((0, 3, 3, 6, 12), [7, 7, 10]),
        # All at one place: by number.
        ((5, 5, 5, 5, 5), [7, 10, 13]),
    ],
)
def test_across_a_gap_filling_goes_by_millimetres(workspace, task, predictors, positions, widths):
    files = [
        (f"{number}.dcm", slice_of(position, number, values=VOLUME[number]))
        for number, position in enumerate(positions)
    ]
    add_images(workspace, task.id, files)
    slices = workspace.images.list(task.id)
    for place, drawn in ((0, 4), (4, 16)):
        mask = np.zeros((16, 20), np.uint8)
        mask[:, :drawn] = 1
        draw(workspace, slices[place], mask)
    fill_slices(workspace, slices[1], predictors, who="Kim")
    found = [shown_mask(workspace, each.id, predictors, who="Kim")[8].sum() for each in slices[1:4]]
    assert found == widths


def test_a_filled_slice_stays_one_until_it_is_changed_or_saved(workspace, stack, predictors):
    draw(workspace, stack[1], bar(6))
    draw(workspace, stack[5], bar(14))
    fill_slices(workspace, stack[3], predictors, who="Kim")
    middle = workspace.drafts.get(stack[3].id, "Kim")
    looked = {"who": "Kim", "version_id": None, "threshold": 0.5, "client_id": "tab", "seconds": 0}
    workspace.drafts.put(
        stack[3].id, layer_png=middle.layer_png, sequence=1, base_revision=middle.revision, **looked
    )
    assert is_filled(workspace.drafts.get(stack[3].id, "Kim"))
    workspace.drafts.put(stack[2].id, layer_png=b"stroke", sequence=1, take_over=True, **looked)
    assert drawn_slices(workspace, fresh(workspace, stack), "Kim") == [1, 2, 5]
    content = DraftContent(middle.threshold, middle.layer_png, middle.version_id)
    save_mask(workspace, stack[3].id, predictors, content=content, who="Kim")
    assert not is_filled(workspace.drafts.get(stack[3].id, "Kim"))
    assert drawn_slices(workspace, fresh(workspace, stack), "Kim") == [1, 2, 3, 5]


def test_filling_again_keeps_what_was_drawn_in_between(workspace, stack, predictors):
    draw(workspace, stack[0], bar(6))
    draw(workspace, stack[6], bar(6))
    fill_slices(workspace, stack[2], predictors, who="Kim")
    draw(workspace, stack[3], bar(18))
    fill_slices(workspace, workspace.images.get(stack[2].id), predictors, who="Kim")
    assert shown_mask(workspace, stack[3].id, predictors, who="Kim")[8].sum() == 18
    assert 6 < shown_mask(workspace, stack[2].id, predictors, who="Kim")[8].sum() < 18


def test_filling_without_both_sides_says_what_is_needed(workspace, stack, predictors):
    draw(workspace, stack[1], bar(6))
    with pytest.raises(AppError, match="a drawn slice on both sides"):
        fill_slices(workspace, stack[3], predictors, who="Kim")
    draw(workspace, stack[2], bar(6))
    with pytest.raises(AppError, match="no slice left between"):
        fill_slices(workspace, workspace.images.get(stack[1].id), predictors, who="Kim")


def test_a_neighbours_mask_is_a_layer_that_decides_every_pixel(workspace, stack, predictors):
    draw(workspace, stack[1], bar(6))
    layer = neighbour_layer(workspace, stack[2], stack[1], predictors, who="Kim")
    assert np.array_equal(decode_layer(layer, (16, 20), 1), bar(6) + 1)


def test_a_slice_that_is_to_be_read_blind_gives_its_mask_to_no_other_slice(
    workspace, task, stack, predictors
):
    for place in (1, 3):
        keep(workspace, stack[place], bar(6), predictors)
    # Lee had filled slice 3 in before Kim saved it.
    workspace.drafts.start_from(stack[3].id, content_of_mask(workspace, stack[3], bar(9)), "Lee", filled=True)
    workspace.tasks.set_review_rules(task.id, replace(task.review_rules, second_percent=100), who="Kim")
    layer = neighbour_layer(workspace, stack[2], stack[1], predictors, who="Lee")
    # Without a model nothing is proposed.
    assert not (decode_layer(layer, (16, 20), 1) == 2).any()
    fill_slices(workspace, workspace.images.get(stack[1].id), predictors, who="Lee")
    filled = shown_mask(workspace, stack[2].id, predictors, who="Lee")
    assert not np.array_equal(filled, bar(6))
    assert filled.sum() < bar(9).sum()
    # Looking begins nothing, and Kim has them all.
    assert workspace.drafts.get(stack[1].id, "Lee").who == ""
    assert shown_mask(workspace, stack[1].id, predictors, who="Kim").sum() == bar(6).sum()


def test_a_gold_slice_is_filled_like_those_that_nobody_has_drawn(workspace, task, stack, predictors):
    for place in (1, 3, 5):
        keep(workspace, stack[place], bar(6), predictors)
    gold = workspace.truth.of(stack[3].id)
    workspace.reviews.add(stack[3].id, NewReview("approved", "Park", gold.id))
    workspace.gold.make(stack[3].id, who="Park")
    workspace.tasks.set_review_rules(task.id, replace(task.review_rules, gold_percent=100), who="Park")
    assert drawn_slices(workspace, fresh(workspace, stack), "Kim") == [1, 3, 5]
    assert drawn_slices(workspace, fresh(workspace, stack), "Lee") == [1, 5]
    filled = fill_slices(workspace, workspace.images.get(stack[3].id), predictors, who="Lee")
    assert filled == (2, 6, 3)
    assert is_filled(workspace.drafts.get(stack[3].id, "Lee"))


def test_a_niftis_masks_go_back_on_its_own_axes_with_its_own_affine(workspace, task, predictors):
    # Right to left, back to front, and tilted: none of the axes is as it is shown.
    affine = np.array([[0.7, 0.1, 0, 5], [-0.1, 0.7, 0.2, -3], [0, -0.2, 2.5, 9], [0, 0, 0, 1]])
    source = nib.Nifti1Image(VOLUME.transpose(2, 1, 0).astype(np.int16), affine)
    source.header["descrip"] = b"kept"
    add_images(workspace, task.id, [("s.nii.gz", gzip.compress(source.to_bytes()))])
    images = workspace.images.list(task.id)
    voxel = np.zeros(source.shape, np.uint8)
    voxel[3, 5, 2] = 1
    from core.imaging.readers.nifti_file import read_header

    shown = read_header(workspace.files.read(images[0].file), "s.nii.gz").layout.shown(voxel[:, :, 2])
    keep(workspace, images[2], np.ascontiguousarray(shown), predictors)
    assert volume_name(workspace, images[0]) == "s_mask.nii.gz"
    back = nib.Nifti1Image.from_bytes(gzip.decompress(volume_file(workspace, images[0])))
    assert np.array_equal(np.asarray(back.dataobj), voxel)
    assert np.allclose(back.affine, source.affine, atol=1e-6)
    assert bytes(back.header["descrip"]) == bytes(source.header["descrip"])
    with pytest.raises(AppError, match="no mask of its"):
        volume_file(workspace, images[0], without={images[2].id})


def test_a_series_masks_go_back_where_its_slices_lie(workspace, task, predictors):
    add_images(workspace, task.id, [(f"{z}.dcm", slice_of(z)) for z in (9, 3, 6)])
    images = workspace.images.list(task.id)
    assert geometry_of(workspace, images[0]).slice_mm == pytest.approx(3)
    mask = np.zeros((4, 6), np.uint8)
    mask[1, 4] = 1
    keep(workspace, images[2], mask, predictors)
    back = nib.Nifti1Image.from_bytes(gzip.decompress(volume_file(workspace, images[0])))
    (found,) = np.argwhere(np.asarray(back.dataobj))
    # DICOM: column 4 is x = 4 mm, row 1 is y = 1 mm, the last slice z = 9 mm; RAS turns x and y round.
    assert (back.affine @ [*found, 1])[:3] == pytest.approx([-4, -1, 9])


def test_what_has_no_place_goes_back_as_tiff_pages(workspace, stack, predictors):
    with pytest.raises(AppError, match="no mask of its 7 slices is saved yet"):
        volume_masks(workspace, stack[0])
    keep(workspace, stack[4], bar(6), predictors)
    volume = volume_masks(workspace, workspace.images.get(stack[0].id))
    assert volume.masks.shape == (7, 16, 20)
    assert volume_name(workspace, stack[0]) == "s_mask.tif"
    import io

    back = tifffile.imread(io.BytesIO(volume_file(workspace, stack[0])))
    assert np.array_equal(back, volume.masks) and np.array_equal(back[4], bar(6))


def test_an_image_that_is_no_slice_has_no_neighbours(workspace, task):
    add_images(workspace, task.id, [("a.png", png(gradient()))])
    (image,) = workspace.images.list(task.id)
    assert workspace.images.of_stack(image) == [image]
    assert geometry_of(workspace, image) is None


def test_spacing_is_known_of_a_nifti_and_kept(workspace, task):
    add_images(workspace, task.id, [("s.nii.gz", nifti(VOLUME, (-0.5, -0.25, 2.0)))])
    image = workspace.images.list(task.id)[3]
    for _ in range(2):
        geometry = geometry_of(workspace, image)
        assert (geometry.row_mm, geometry.column_mm, geometry.slice_mm) == (0.25, 0.5, 2.0)
        assert geometry.pixel_mm2 == 0.125
