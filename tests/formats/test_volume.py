"""NIfTI masks, read back by nibabel."""

import gzip

import nibabel as nib
import numpy as np
import pytest

from core.formats.volume import mask_nifti

LABELS = np.random.default_rng(1).integers(0, 4, (5, 6, 7)).astype(np.uint8)
# Oblique, flipped in the first axis.
AFFINE = np.array([[-0.7, 0.1, 0.2, 11.5], [0.1, 0.8, -0.3, -20.25], [0.05, 0.3, 2.5, 4.0], [0, 0, 0, 1.0]])


def read(content):
    return nib.Nifti1Image.from_bytes(gzip.decompress(content))


def test_voxels_and_affine_come_back():
    found = read(mask_nifti(LABELS, affine=AFFINE))
    assert found.get_data_dtype() == np.uint8
    assert np.array_equal(np.asarray(found.dataobj), LABELS)
    np.testing.assert_allclose(found.affine, AFFINE.astype(np.float32), atol=1e-6)


def test_the_transforms_of_the_source_are_kept_with_their_codes():
    source = nib.Nifti1Image(np.zeros(LABELS.shape, np.float32), AFFINE)
    source.set_sform(AFFINE, code="mni")
    source.set_qform(np.diag([2.0, 2.0, 2.0, 1.0]), code="scanner")
    source.header.set_slope_inter(3, -1024)
    source.header.set_xyzt_units("mm")
    found = read(mask_nifti(LABELS, affine=source.affine, header=source.header.binaryblock))
    assert np.array_equal(np.asarray(found.dataobj), LABELS)
    for name in ("sform", "qform"):
        ours, code = getattr(found, f"get_{name}")(coded=True)
        theirs, expected = getattr(source, f"get_{name}")(coded=True)
        assert code == expected
        assert np.array_equal(ours, theirs)
    assert found.header.get_xyzt_units()[0] == "mm"


def test_the_same_mask_is_the_same_file():
    assert mask_nifti(LABELS, affine=AFFINE) == mask_nifti(LABELS, affine=AFFINE)


def test_a_plane_is_refused():
    with pytest.raises(ValueError, match="three axes"):
        mask_nifti(LABELS[0], affine=AFFINE)
