"""Formats that are not read, told by their first bytes, so that each is called by its name."""

from __future__ import annotations

_AS_PICTURE = "save it as PNG or TIFF"
_STARTS: tuple[tuple[int, bytes, str, str], ...] = (
    (0, b"version https://git-lfs", "a Git LFS pointer without the file itself", "fetch it (git lfs pull)"),
    (344, b"ni1\0", "the header of a NIfTI volume in two files", "save it as one file (.nii)"),
    (0, b"NRRD", "an NRRD volume", "save its slices as PNG or TIFF"),
    (0, b"ObjectType", "a MetaImage volume", "save its slices as PNG or TIFF"),
    (0, b"\x93NUMPY", "a NumPy array", _AS_PICTURE),
    (0, b"\x89HDF", "an HDF5 file", _AS_PICTURE),
    (0, b"MATLAB", "a MATLAB file", _AS_PICTURE),
    (0, b"\0\0\0\x0cjP  ", "a JPEG 2000 picture", _AS_PICTURE),
    (0, b"\xffO\xffQ", "a JPEG 2000 picture", _AS_PICTURE),
    (0, b"\0\0\0\x0cJXL ", "a JPEG XL picture", _AS_PICTURE),
    (0, b"\xff\n", "a JPEG XL picture", _AS_PICTURE),
    (4, b"ftypheic", "an HEIC picture", _AS_PICTURE),
    (4, b"ftypmif1", "an HEIF picture", _AS_PICTURE),
    (4, b"ftypavif", "an AVIF picture", _AS_PICTURE),
    (0, b"II\xbc\x01", "a JPEG XR picture", _AS_PICTURE),
    (0, b"8BPS", "a Photoshop file", _AS_PICTURE),
    (0, b"%PDF", "a PDF", "save its pictures as PNG"),
    (0, b"ZISRAWFILE", "a Zeiss CZI file", "export it as TIFF"),
    (0, b"p\0\0\0", "a Leica LIF file", "export it as TIFF"),
    (0, b"\x1f\x8b", "a gzip file", "unpack it first"),
    (0, b"7z\xbc\xaf", "a 7z archive", "pack it as a zip"),
    (0, b"Rar!", "a RAR archive", "pack it as a zip"),
)


def unread_format(data: bytes) -> str | None:
    """What a file is that is not read, and what to do with it; None for what is not known either."""
    for place, start, name, advice in _STARTS:
        if data[place : place + len(start)] == start:
            return f"is {name}, which is not read; {advice}."
    text = data[:200].lstrip().lower()
    if text.startswith((b"<svg", b"<?xml", b"<!doctype")):
        return f"is an XML or SVG file, not a picture of pixels; {_AS_PICTURE}."
    return None
