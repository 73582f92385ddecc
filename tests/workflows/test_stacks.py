"""Stacks come in: one file or one series, slices in order, masks slice by slice, bad ones in a sentence."""

import gzip
import io
import zipfile

import nibabel as nib
import numpy as np
import pytest
from PIL import Image

from core.imaging.decode import decode_image
from core.imaging.masks import encode_png
from core.registry.decoded import decode
from core.workflows.add_images import add_images
from core.workflows.export.volume import volume_file
from core.workspace import NewRevision, TaskClass
from tests.imaging.making import dicom, saved, tiff
from tests.workflows.conftest import gradient, png

# Three slices of 4 x 6, each brighter than the one before.
VOLUME = np.stack([gradient(first=40 * place) for place in range(3)])
MASKS = np.zeros((3, 4, 6), np.uint8)
MASKS[1, 1:3, 2:5] = 1
MASKS[2, 0, 0] = 1


def pages(values, **options):
    """A TIFF of grey pages, whatever their number."""
    return tiff(values, photometric="minisblack", **options)


def nifti(shown, affine=(-1.0, -1.0, 2.0), pack=True):
    """A NIfTI of slices as they are shown: i to the left, j to the back."""
    data = nib.Nifti1Image(shown.transpose(2, 1, 0), np.diag([*affine, 1.0])).to_bytes()
    return gzip.compress(data) if pack else data


def slice_of(position, number=1, series="1.2.9", values=VOLUME[0], **elements):
    place = {"ImageOrientationPatient": [1, 0, 0, 0, 1, 0], "ImagePositionPatient": [0, 0, position]}
    place |= {"SeriesInstanceUID": series, "InstanceNumber": number, "PixelSpacing": [1, 1]}
    return dicom(values.astype(np.int16) + round(position), **(place | elements))


def zip_of(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return content.getvalue()


def references(workspace, images):
    stored = [workspace.images.read_reference(workspace.images.get(image.id)) for image in images]
    return [None if each is None else decode_image(each, "reference").values for each in stored]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.tif", pages(VOLUME)),
        ("a.nii.gz", nifti(VOLUME)),
        ("a.gif", saved(Image.fromarray(VOLUME[0]), "GIF", save_all=True,
                        append_images=[Image.fromarray(each) for each in VOLUME[1:]])),
        ("a.dcm", dicom(VOLUME, NumberOfFrames=3, Modality="MR")),
    ],
)  # fmt: skip
def test_each_picture_of_a_file_is_an_image_of_one_group(workspace, task, name, data):
    (outcome,) = add_images(workspace, task.id, [(name, data)])
    assert (outcome.status, outcome.notes[0]) == ("added", f"{name} came in as 3 slices of one stack.")
    images = workspace.images.list(task.id)
    assert [image.frame for image in images] == [0, 1, 2]
    assert outcome.image_id == images[0].id
    assert np.array_equal(np.stack([decode(workspace, image).values for image in images]), VOLUME)
    (group,) = workspace.groups.list(task.id)
    assert (group.kind, group.num_images) == ("volume", 3)
    assert workspace.images.of_stack(images[1]) == images
    again = add_images(workspace, task.id, [(f"b-{name}", data)])
    assert [each.status for each in again] == ["already there"]
    assert len(workspace.images.list(task.id)) == 3


def test_what_was_there_with_its_first_page_alone_becomes_a_stack(workspace, task):
    from core.workflows.arrive.stacks import facts_of

    data = pages(VOLUME)
    old = workspace.images.add(task.id, "a.tif", data, facts_of(decode_image(data, "a.tif")))
    add_images(workspace, task.id, [("b.png", png(gradient(first=200))), ("a.tif", data)])
    images = workspace.images.of_stack(workspace.images.get(old.id))
    assert [(image.id == old.id, image.frame) for image in images] == [(True, 0), (False, 1), (False, 2)]
    assert len({image.group_id for image in images}) == 1


def test_a_slice_that_cannot_be_read_stops_no_other(workspace, task):
    values = VOLUME.astype(np.float32)
    values[1, 0, 0] = np.nan
    (outcome,) = add_images(workspace, task.id, [("a.nii.gz", nifti(values))])
    assert outcome.status == "added"
    assert outcome.notes[1].startswith("Slice 2: a.nii.gz: has values that are not numbers")
    assert [image.frame for image in workspace.images.list(task.id)] == [0, 2]


def test_a_series_in_a_zip_is_one_stack_by_position(workspace, task):
    data = zip_of(a=slice_of(20, 1), b=slice_of(0, 2), c=slice_of(10, 3), d=slice_of(5, 1, "1.2.8"))
    outcomes = add_images(workspace, task.id, [("ct.zip", data)])
    assert [each.status for each in outcomes] == ["added"] * 4
    images = workspace.images.list(task.id)
    assert [image.name[-1] for image in images] == ["b", "c", "a", "d"]
    stack = workspace.images.of_stack(images[0])
    assert [image.name[-1] for image in stack] == ["b", "c", "a"]
    assert workspace.groups.get(images[0].group_id).kind == "volume"
    assert "3 slices of the series of a are one stack." in outcomes[2].notes


def test_slices_that_come_later_find_their_places(workspace, task):
    add_images(workspace, task.id, [("a.dcm", slice_of(0)), ("c.dcm", slice_of(10))])
    outcomes = add_images(workspace, task.id, [("b.dcm", slice_of(5))])
    assert "3 slices of the series of b.dcm are one stack." in outcomes[0].notes
    assert [image.name for image in workspace.images.list(task.id)] == ["a.dcm", "b.dcm", "c.dcm"]


def test_a_series_with_a_gap_comes_in_and_says_so(workspace, task):
    files = [(f"{place}.dcm", slice_of(place)) for place in (0, 1, 2, 6)]
    outcomes = add_images(workspace, task.id, files)
    assert any("about 3 slices seem to be missing" in note for note in outcomes[-1].notes)
    assert len(workspace.images.of_stack(workspace.images.list(task.id)[0])) == 4


def test_views_of_one_x_ray_series_are_no_stack(workspace, task):
    for name, first in (("pa.dcm", 0), ("lateral.dcm", 9)):
        film = dicom(gradient(first=first), Modality="DX", SeriesInstanceUID="1.2.9")
        add_images(workspace, task.id, [(name, film)])
    assert [image.stack for image in workspace.images.list(task.id)] == [None, None]


@pytest.mark.parametrize(
    "mask",
    [("a_mask.tif", pages(MASKS)), ("a_mask.tif", pages(MASKS * 255)), ("a_mask.nii.gz", nifti(MASKS)),
     # The same masks, with their slices told from the head down.
     ("a_mask.nii.gz", nifti(MASKS[::-1], (-1.0, -1.0, -2.0)))],
)  # fmt: skip
def test_a_volume_of_masks_goes_to_its_slices(workspace, task, mask):
    outcomes = add_images(workspace, task.id, [("a.nii.gz", nifti(VOLUME)), mask])
    assert [each.status for each in outcomes] == ["added", "mask added"]
    images = workspace.images.list(task.id)
    assert np.array_equal(np.stack(references(workspace, images)), MASKS)


@pytest.mark.parametrize(
    ("mask", "said"),
    [
        (
            pages(MASKS[:2]),
            "a_mask.tif: is a volume of 2 slices, but its image has 3; they must be",
        ),
        (pages(MASKS[0]), "a_mask.tif: is one picture, but its image has 3; they must be the same."),
        (pages(MASKS[:, :3]), "a_mask.tif: is 6 x 3 pixels, but its image is 6 x 4; they must be the same."),
        (pages(MASKS + np.arange(3, dtype=np.uint8)[:, None, None]), "a_mask.tif: is no mask"),
    ],
)
def test_a_volume_of_masks_that_does_not_fit_says_why(workspace, task, mask, said):
    outcomes = add_images(workspace, task.id, [("a.tif", pages(VOLUME)), ("a_mask.tif", mask)])
    assert outcomes[1].status == "refused"
    assert outcomes[1].message.startswith(said)
    assert references(workspace, workspace.images.list(task.id)) == [None] * 3


def test_the_nnunet_layout_with_volumes(workspace, task):
    data = zip_of(**{
        "D/imagesTr/case_001_0000.nii.gz": nifti(VOLUME),
        "D/labelsTr/case_001.nii.gz": nifti(MASKS),
    })  # fmt: skip
    outcomes = add_images(workspace, task.id, [("d.zip", data)])
    assert [each.status for each in outcomes] == ["added", "mask added"]


def test_stacks_stand_for_their_slices_in_the_strip(workspace, task):
    add_images(
        workspace,
        task.id,
        [("a.png", png(gradient(first=90))), ("s.tif", pages(VOLUME)), ("z.png", png(gradient(first=91)))],
    )
    first, *slices, last = workspace.images.list(task.id)
    around = workspace.images.around(task.id, slices[2].id)
    stacks, place, total = workspace.images.stacks_around(around, each_side=5)
    assert [each.image.name for each in stacks] == ["a.png", "s.tif", "z.png"]
    assert (stacks[1].image.id, stacks[1].middle.id, stacks[1].num_slices) == (slices[0].id, slices[1].id, 3)
    assert (place, total) == (2, 3)
    workspace.images.mark_looked_at(slices[0].id, "Kim")
    around = workspace.images.around(task.id, last.id, "new")
    new, place, total = workspace.images.stacks_around(around, "new", each_side=5)
    assert [each.image.id for each in new] == [first.id, slices[1].id, last.id]
    assert (place, total) == (3, 3)


def test_a_volume_of_0_and_255_says_no_class(workspace, task):
    workspace.tasks.set_classes(task.id, (TaskClass("A", value=1), TaskClass("B")))
    volume = ("a.tif", pages(VOLUME))
    outcomes = add_images(workspace, task.id, [volume], masks=[("a.tif", pages(MASKS * np.uint8(255)))])
    assert "says where something is but not which class" in outcomes[-1].message


def test_a_stack_of_which_background_alone_was_checked_comes_back(workspace, task):
    add_images(workspace, task.id, [("a.tif", pages(VOLUME))])
    images = workspace.images.list(task.id)
    mask = np.zeros((4, 6), np.uint8)
    mask[2:] = 255
    workspace.masks.save(images[1].id, NewRevision(encode_png(mask), None, 0.5, None, "Kim", 1.0, 0.0))
    content = volume_file(workspace, images[0])
    add_images(workspace, task.id, [], masks=[("a.tif", content)])
    assert [each.max() for each in references(workspace, images)] == [0, 255, 0]
    assert references(workspace, images)[1].tolist() == mask.tolist()


def test_a_nifti_mask_of_one_slice_goes_by_its_voxels_where_its_place_is_not_true(workspace, task):
    mask = np.stack([MASKS[1]])
    files = [("a.nii.gz", nifti(VOLUME[:1])), ("b.png", png(VOLUME[0] + 1))]
    masks = [(f"{name}.nii.gz", nifti(mask, affine=(1.0, 1.0, 1.0))) for name in ("a", "b")]
    add_images(workspace, task.id, files, masks=masks)
    for found in references(workspace, workspace.images.list(task.id)):
        np.testing.assert_array_equal(found, MASKS[1])
