"""Formats that are not read, told by their first bytes, so that each is called by its name."""

from __future__ import annotations

import zlib
from contextlib import suppress

from core.language.sentence import Sentence

_AS_PICTURE = Sentence("save it as PNG or TIFF")
_AS_NIFTI = Sentence("save it as NIfTI in one file (.nii)")
_AS_TIFF = Sentence("export it as TIFF")
_PICTURES = Sentence("save its pictures as PNG")
_UNPACK = Sentence("unpack it first")
_NIFTI_PAIR = Sentence("the header of a NIfTI volume in two files"), Sentence("save it as one file (.nii)")
_ANALYZE = Sentence("the header of an Analyze volume in two files"), _AS_NIFTI
_GIT_LFS = Sentence("a Git LFS pointer without the file itself"), Sentence("fetch it (git lfs pull)")
_GIT_ANNEX = Sentence("a git-annex pointer without the file itself"), Sentence("fetch it (git annex get)")
_STARTS: tuple[tuple[int, bytes, Sentence, Sentence], ...] = (
    (0, b"version https://git-lfs", *_GIT_LFS),
    (0, b"/annex/objects/", *_GIT_ANNEX),
    (344, b"ni1\0", *_NIFTI_PAIR),
    (4, b"ni2\0", *_NIFTI_PAIR),
    (0, b"\x5c\x01\0\0", *_ANALYZE),
    (0, b"\0\0\x01\x5c", *_ANALYZE),
    (0, b"P7\n", Sentence("a PAM picture"), _AS_PICTURE),
    (0, b"Pf\n", Sentence("a PFM picture"), _AS_PICTURE),
    (0, b"PF\n", Sentence("a PFM picture"), _AS_PICTURE),
    (0, b"NRRD", Sentence("an NRRD volume"), _AS_NIFTI),
    (0, b"ObjectType", Sentence("a MetaImage volume"), _AS_NIFTI),
    (0, b"NDims", Sentence("a MetaImage volume"), _AS_NIFTI),
    (0, b"\0\0\0\1\0\0", Sentence("a FreeSurfer volume (MGH)"), _AS_NIFTI),
    (0, b"CDF", Sentence("a MINC or netCDF file"), _AS_NIFTI),
    (0, b"\x93NUMPY", Sentence("a NumPy array"), _AS_PICTURE),
    (0, b"\x89HDF", Sentence("an HDF5 file"), _AS_PICTURE),
    (0, b"MATLAB", Sentence("a MATLAB file"), _AS_PICTURE),
    (0, b"\0\0\0\x0cjP  ", Sentence("a JPEG 2000 picture"), _AS_PICTURE),
    (0, b"\xffO\xffQ", Sentence("a JPEG 2000 picture"), _AS_PICTURE),
    (0, b"\0\0\0\x0cJXL ", Sentence("a JPEG XL picture"), _AS_PICTURE),
    (0, b"\xff\n", Sentence("a JPEG XL picture"), _AS_PICTURE),
    (4, b"ftyphe", Sentence("an HEIC picture"), _AS_PICTURE),
    (4, b"ftypmif1", Sentence("an HEIF picture"), _AS_PICTURE),
    (4, b"ftypavi", Sentence("an AVIF picture"), _AS_PICTURE),
    (0, b"\0\0\1\0", Sentence("an icon"), _AS_PICTURE),
    (0, b"icns", Sentence("an icon"), _AS_PICTURE),
    (0, b"II\xbc\x01", Sentence("a JPEG XR picture"), _AS_PICTURE),
    (0, b"8BPS", Sentence("a Photoshop file"), _AS_PICTURE),
    (0, b"%PDF", Sentence("a PDF"), _PICTURES),
    (0, b"ZISRAWFILE", Sentence("a Zeiss CZI file"), _AS_TIFF),
    (0, b"p\0\0\0", Sentence("a Leica LIF file"), _AS_TIFF),
    (0, b"\xda\xce\xbe\x0a", Sentence("a Nikon ND2 file"), _AS_TIFF),
    (0, b"\xd0\xcf\x11\xe0", Sentence("an Olympus OIB or Zeiss ZVI file"), _AS_TIFF),
    (208, b"MAP ", Sentence("an MRC volume"), _AS_TIFF),
    (4, b"ftyp", Sentence("a video"), _PICTURES),
    (8, b"AVI ", Sentence("a video"), _PICTURES),
    (0, b"\x1f\x8b", Sentence("a gzip file"), _UNPACK),
    (0, b"BZh", Sentence("a bzip2 file"), _UNPACK),
    (0, b"\xfd7zXZ", Sentence("an xz file"), _UNPACK),
    (0, b"7z\xbc\xaf", Sentence("a 7z archive"), Sentence("pack it as a zip")),
    (257, b"ustar", Sentence("a tar archive"), Sentence("pack it as a zip")),
    (0, b"Rar!", Sentence("a RAR archive"), Sentence("pack it as a zip")),
)


def unread_format(data: bytes) -> str | None:
    """What a file is that is not read, and what to do with it; None for what is not known either."""
    if data.startswith(b"\x1f\x8b"):
        with suppress(zlib.error):
            if inside := unread_format(zlib.decompressobj(31).decompress(data[:4096], 400)):
                return inside
    for place, start, name, advice in _STARTS:
        if data[place : place + len(start)] == start:
            return Sentence("is {name}, which is not read; {advice}.", name=name, advice=advice)
    text = data[:200].lstrip().lower()
    if text.startswith((b"<html", b"<!doctype html")):
        return Sentence("is a web page, not a picture; download the picture itself.")
    if text.startswith((b"<svg", b"<?xml", b"<!doctype")):
        return Sentence("is an XML or SVG file, not a picture of pixels; {advice}.", advice=_AS_PICTURE)
    return None
