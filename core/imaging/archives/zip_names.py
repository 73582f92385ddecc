"""The names in a zip, as their writers meant them: old zips do not say which code page theirs are in.

All names of a zip are read together, since one name alone often makes sense in several code pages.
"""

from __future__ import annotations

import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Sequence

from core.imaging.archives.code_pages import likeliest_code_page

_UTF8_NAME = 0x800
_UNICODE_PATH = 0x7075


def entry_names(infos: Sequence[zipfile.ZipInfo]) -> tuple[list[str], str]:
    """The path of each entry, in NFC, with "/" between folders and no control characters.

    Returns:
        Them, and the code page that was taken where nobody says which one it is, else "".
    """
    told = [_told_name(info) for info in infos]
    raw = [info.filename.encode("cp437") for info, name in zip(infos, told, strict=True) if name is None]
    code_page, untold = likeliest_code_page(raw) or "cp437", iter(raw)
    names = [_plain(next(untold).decode(code_page) if name is None else name) for name in told]
    return names, code_page if raw and code_page != "utf-8" else ""


def _plain(name: str) -> str:
    name = "".join("_" if unicodedata.category(letter) == "Cc" else letter for letter in name)
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _told_name(info: zipfile.ZipInfo) -> str | None:
    """The name where the zip says itself which letters it has."""
    is_plain = info.flag_bits & _UTF8_NAME or info.filename.isascii()
    return _unicode_path(info) or (info.filename if is_plain else None)


def _unicode_path(info: zipfile.ZipInfo) -> str | None:
    """The name in the extra field that Info-ZIP, WinZip and 7-Zip write beside one in a code page."""
    extra = info.extra
    while len(extra) >= 4:
        kind, size = struct.unpack_from("<HH", extra)
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind != _UNICODE_PATH or len(field) < 6 or field[0] != 1 or info.flag_bits & _UTF8_NAME:
            continue
        try:
            # The check sum is that of the other name; where it does not fit, that one was changed since.
            if struct.unpack_from("<I", field, 1)[0] == zlib.crc32(info.orig_filename.encode("cp437")):
                return field[5:].decode()
        except UnicodeError:
            return None
    return None
