"""Formats that are not read, told by their first bytes, so that each is called by its name."""

from __future__ import annotations

import re
import zlib
from contextlib import suppress

from core.language.sentence import Sentence

_AS_PICTURE = Sentence("save it as PNG or TIFF")
_AS_NIFTI = Sentence("save it as NIfTI in one file (.nii)")
_AS_TIFF = Sentence("export it as TIFF")
_PICTURES = Sentence("save its pictures as PNG")
_UNPACK = Sentence("unpack it first")
_AS_ZIP = Sentence("pack it as a zip")
_AS_ONE_NIFTI = Sentence("save it as one file (.nii)")
_GIT_LFS = Sentence("a Git LFS pointer without the file itself"), Sentence("fetch it (git lfs pull)")
_GIT_ANNEX = Sentence("a git-annex pointer without the file itself"), Sentence("fetch it (git annex get)")
# How a format begins, its name, what to do.
_STARTS: tuple[tuple[bytes, Sentence, Sentence], ...] = (
    (rb"version https://git-lfs", *_GIT_LFS),
    (rb"[^\n]{0,200}/annex/objects/", *_GIT_ANNEX),
    (rb"bplist", Sentence("a placeholder of iCloud without the file itself"), Sentence("download it first")),
    (rb".{344}ni1\0|.{4}ni2\0", Sentence("the header of a NIfTI volume in two files"), _AS_ONE_NIFTI),
    (rb"\x5c\x01\0\0|\0\0\x01\x5c", Sentence("the header of an Analyze volume in two files"), _AS_NIFTI),
    (rb"P7\n", Sentence("a PAM picture"), _AS_PICTURE),
    (rb"P[fF]\n", Sentence("a PFM picture"), _AS_PICTURE),
    (rb"NRRD", Sentence("an NRRD volume"), _AS_NIFTI),
    (rb"ObjectType|NDims", Sentence("a MetaImage volume"), _AS_NIFTI),
    (rb"\0\0\0\x01\0\0", Sentence("a FreeSurfer volume (MGH)"), _AS_NIFTI),
    (rb"CDF", Sentence("a MINC or netCDF file"), _AS_NIFTI),
    (rb"\x93NUMPY", Sentence("a NumPy array"), _AS_PICTURE),
    (rb"\x89HDF", Sentence("an HDF5 file"), _AS_PICTURE),
    (rb"MATLAB", Sentence("a MATLAB file"), _AS_PICTURE),
    (rb"\0\0\0\x0cjP  |\xffO\xffQ", Sentence("a JPEG 2000 picture"), _AS_PICTURE),
    (rb"\0\0\0\x0cJXL |\xff\n", Sentence("a JPEG XL picture"), _AS_PICTURE),
    (rb".{4}ftyphe", Sentence("an HEIC picture"), _AS_PICTURE),
    (rb".{4}ftypmif1", Sentence("an HEIF picture"), _AS_PICTURE),
    (rb".{4}ftypavi", Sentence("an AVIF picture"), _AS_PICTURE),
    (rb"\0\0\x01\0|icns", Sentence("an icon"), _AS_PICTURE),
    (rb"II\xbc\x01", Sentence("a JPEG XR picture"), _AS_PICTURE),
    (rb"8BPS", Sentence("a Photoshop file"), _AS_PICTURE),
    (rb"%PDF", Sentence("a PDF"), _PICTURES),
    (rb"ZISRAWFILE", Sentence("a Zeiss CZI file"), _AS_TIFF),
    (rb"p\0\0\0", Sentence("a Leica LIF file"), _AS_TIFF),
    (rb"\xda\xce\xbe\x0a", Sentence("a Nikon ND2 file"), _AS_TIFF),
    (rb"\xd0\xcf\x11\xe0", Sentence("an Olympus OIB or Zeiss ZVI file"), _AS_TIFF),
    (rb".{208}MAP ", Sentence("an MRC volume"), _AS_TIFF),
    (rb".{4}ftyp|.{8}AVI ", Sentence("a video"), _PICTURES),
    (rb"\x1f\x8b", Sentence("a gzip file"), _UNPACK),
    (rb"BZh", Sentence("a bzip2 file"), _UNPACK),
    (rb"\xfd7zXZ", Sentence("an xz file"), _UNPACK),
    (rb"7z\xbc\xaf", Sentence("a 7z archive"), _AS_ZIP),
    (rb".{257}ustar", Sentence("a tar archive"), _AS_ZIP),
    (rb"Rar!", Sentence("a RAR archive"), _AS_ZIP),
)


def unread_format(data: bytes) -> str | None:
    """What a file is that is not read, and what to do with it; None for what is not known either."""
    if data.startswith(b"\x1f\x8b"):
        with suppress(zlib.error):
            if inside := unread_format(zlib.decompressobj(31).decompress(data[:4096], 400)):
                return inside
    for start, name, advice in _STARTS:
        if re.match(start, data, re.DOTALL):
            return Sentence("is {name}, which is not read; {advice}.", name=name, advice=advice)
    text = data[:200].lstrip().lower()
    if text.startswith((b"<html", b"<!doctype html")):
        return Sentence("is a web page, not a picture; download the picture itself.")
    if text.startswith((b"<svg", b"<?xml", b"<!doctype")):
        return Sentence("is an XML or SVG file, not a picture of pixels; {advice}.", advice=_AS_PICTURE)
    return None
