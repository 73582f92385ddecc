"""Zips are distrusted, and one bad entry does not cost the others."""

from __future__ import annotations

import io
import struct
import unicodedata
import zipfile
import zlib

import pytest

from core.errors import BadFileError
from core.imaging.archives.archive import ArchiveEntry, unpack_upload


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def unpacked(data: bytes) -> dict[str, bytes | str]:
    """What came out: bytes, or the sentence."""
    entries = unpack_upload(data, "up.zip")
    return {entry.name: entry.data if entry.problem is None else str(entry.problem) for entry in entries}


def test_files_come_in_the_order_of_their_names() -> None:
    data = zipped(("masks/a.png", b"2"), ("images/", b""), ("images/a.png", b"1"))
    assert list(unpack_upload(data, "up.zip")) == [
        ArchiveEntry("images/a.png", b"1"),
        ArchiveEntry("masks/a.png", b"2"),
    ]


def test_a_file_that_is_no_zip_comes_as_it_is() -> None:
    assert list(unpack_upload(b"\x89PNG", "a.png")) == [ArchiveEntry("a.png", b"\x89PNG")]
    assert list(unpack_upload(b"", "a.png")) == [ArchiveEntry("a.png", b"")]


def test_what_systems_leave_in_zips_is_left_out() -> None:
    data = zipped(
        ("__MACOSX/._a.png", b"x"),
        (".DS_Store", b"x"),
        ("in/.hidden/a.png", b"x"),
        ("in/Thumbs.db", b"x"),
        ("in/@eaDir/a.png/SYNOPHOTO_THUMB_M.jpg", b"x"),
        ("$RECYCLE.BIN/$R1.png", b"x"),
        ("in/a.png:Zone.Identifier", b"x"),
        ("in/~$table.xlsx", b"x"),
        ("in/Icon\r", b""),
        ("in/a.png", b"1"),
    )
    assert unpacked(data) == {"in/a.png": b"1"}


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The zip with a name exchanged for another of the same length, and the UTF-8 mark taken off."""
    assert len(old) == len(new)
    changed = bytearray(data.replace(old, new))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.index(signature) + offset
        flags = struct.unpack_from("<H", changed, place)[0] & ~0x800
        struct.pack_into("<H", changed, place, flags)
    return bytes(changed)


@pytest.mark.parametrize("encoding", ["utf-8", "cp949"])
def test_korean_names_without_the_mark(encoding: str) -> None:
    name = "흉부사진.png"
    raw = name.encode(encoding)
    data = renamed(zipped(("x" * len(raw), b"1")), b"x" * len(raw), raw)
    assert unpacked(data) == {name: b"1"}


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Zellkörper_01.png", "cp850"),
        ("Größe_0001.png", "cp850"),
        ("Übersicht1.png", "cp850"),
        ("Røntgen.png", "cp850"),
        ("Größe.png", "cp1252"),
        ("Müller_café.png", "cp1252"),
        ("細胞_01.png", "cp932"),
        ("レントゲン.png", "cp932"),
        ("胸部CT_01.png", "cp932"),
        ("病理HE染色①.png", "cp932"),
        ("ＣＴ画像.png", "cp932"),
        ("клетка.png", "cp866"),
        ("снимок_1.png", "cp1251"),
        ("źródło_płuc.png", "cp852"),
        ("obrázek řezu.png", "cp852"),
        ("ışık şekli.png", "cp857"),
        ("Fläche_cm².png", "cp850"),
        ("10µm_37°C.png", "cp850"),
        ("10 µm.png", "cp1252"),
        ("Šmíd.png", "cp852"),
        ("lunge_æøå.png", "cp850"),
        ("ÄÖÜ.png", "cp850"),
        ("乳腺超声.png", "gbk"),
        ("肺部影像_01.png", "cp950"),
        ("肝臟腫瘤.png", "cp950"),
        ("許功蓋_CT.png", "cp950"),
        ("zdjęcie.png", "cp852"),
        ("肺_01.png", "cp949"),
        ("세포핵_폐_01.png", "cp949"),
        # Short ones, whose bytes are also letters of UTF-8 or of another code page.
        ("혹.png", "cp949"),
        ("홍_1.png", "cp949"),
        ("캡처.png", "cp949"),
        ("图1.png", "gbk"),
        ("X線.png", "cp932"),
        ("CT像.png", "cp932"),
        ("膵.png", "cp932"),
        ("右.png", "cp950"),
        ("crâne.png", "cp850"),
        ("Bär.png", "cp1252"),
        ("été.png", "cp1252"),
        ("über.png", "cp1252"),
        ("płuca.png", "cp852"),
        ("мозг.png", "cp866"),
        ("архив.png", "cp866"),
        ("день.png", "cp1251"),
        ("中文.png", "cp950"),
        ("脳MRI.png", "cp932"),
        ("肋骨.png", "cp932"),
        ("naïve.png", "utf-8"),
        ("wątroba.png", "cp1250"),
        ("plíce.png", "cp1250"),
        ("böbreğin.png", "cp1254"),
        ("εικόνα_01.png", "cp737"),
        ("πνεύμονας.png", "cp1253"),
        ("ריאה.png", "cp1255"),
        ("תמונה_01.png", "cp862"),
        ("หน้ากาก.png", "cp874"),
        ("قناع.png", "cp1256"),
    ],
)
def test_names_of_other_code_pages(name: str, encoding: str) -> None:
    raw = name.encode(encoding)
    data = renamed(zipped(("x" * len(raw), b"1")), b"x" * len(raw), raw)
    assert unpacked(data) == {name: b"1"}


def test_the_names_of_a_zip_are_read_together() -> None:
    rare, plain = "펲.png".encode("cp949"), "폐 사진.png".encode("cp949")
    data = zipped(("x" * len(rare), b"1"), ("y" * len(plain), b"2"))
    data = data.replace(b"x" * len(rare), rare).replace(b"y" * len(plain), plain)
    assert unpacked(data) == {"펲.png": b"1", "폐 사진.png": b"2"}


def test_a_code_page_that_nobody_tells_is_said_once() -> None:
    rare, plain = "핵.png".encode("cp949"), "폐 사진.png".encode("cp949")
    data = zipped(("x" * len(rare), b"1"), ("y" * len(plain), b"2"))
    data = data.replace(b"x" * len(rare), rare).replace(b"y" * len(plain), plain)
    first, second = unpack_upload(data, "up.zip")
    assert [str(note) for note in first.notes] == [
        "up.zip does not say in which code page its names are; cp949 is taken (핵.png)."
    ]
    assert second.notes == ()


@pytest.mark.parametrize(
    ("names", "encoding"),
    [
        (["画像01.png", "マスク.png", "細胞核.png", "胸部X線.png"], "euc_jp"),  # told by its kana
        (["échantillon.png", "tête.png", "lésion.png", "cœur.png", "à droite.png"], "cp1252"),
    ],
)
def test_several_names_tell_what_one_of_them_does_not(names: list[str], encoding: str) -> None:
    raw = [name.encode(encoding) for name in names]
    data = zipped(*((chr(65 + place) * len(name), b"") for place, name in enumerate(raw)))
    for place, name in enumerate(raw):
        data = data.replace(bytes([65 + place]) * len(name), name)
    assert unpacked(data).keys() == set(names)


@pytest.mark.parametrize("name", ["폐.png", "a.png"])
def test_names_that_are_told_are_no_guess(name: str) -> None:
    (entry,) = unpack_upload(zipped((name, b"1")), "up.zip")
    assert entry.notes == ()


def test_a_name_in_the_extra_field_of_a_file_that_was_renamed_since_does_not_count() -> None:
    buffer, old = io.BytesIO(), "Gr\x94\xe1e.png"
    info = zipfile.ZipInfo("x" * len(old))
    body = b"\1" + struct.pack("<I", zlib.crc32(b"another.png")) + "폐.png".encode()
    info.extra = struct.pack("<HH", 0x7075, len(body)) + body
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, b"1")
    data = renamed(buffer.getvalue(), b"x" * len(old), old.encode("latin1"))
    assert unpacked(data) == {"Größe.png": b"1"}


def test_a_name_in_the_extra_field_counts() -> None:
    buffer = io.BytesIO()
    old, new = "Gr\x94\xe1e.png", "Größe_폐.png"
    info = zipfile.ZipInfo("x" * len(old))
    body = b"\1" + struct.pack("<I", zlib.crc32(old.encode("latin1"))) + new.encode()
    info.extra = struct.pack("<HH", 0x7075, len(body)) + body
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(info, b"1")
    assert unpacked(renamed(buffer.getvalue(), b"x" * len(old), old.encode("latin1"))) == {new: b"1"}


def test_korean_names_come_in_nfc() -> None:
    name = "흉부.png"
    assert unpacked(zipped((unicodedata.normalize("NFD", name), b"1"))) == {name: b"1"}


def test_other_old_names_stay_as_they_are() -> None:
    data = renamed(zipped(("xx.png", b"1")), b"xx.png", b"\x81\x20.png")  # cp437: u umlaut, space
    assert unpacked(data) == {"ü .png": b"1"}


def test_control_letters_in_names_become_underscores() -> None:
    data = renamed(zipped(("xxy.png", b"1")), b"xxy.png", b"a\n\t.png")
    assert unpacked(data) == {"a__.png": b"1"}


@pytest.mark.parametrize(
    "name", ["../evil.png", "a/../../evil.png", "/etc/evil.png", "C:/evil.png", "..\\evil.png"]
)
def test_names_that_lead_out_are_refused_and_the_rest_goes_on(name: str) -> None:
    came = unpacked(zipped((name, b"x"), ("good.png", b"1")))
    assert came.pop("good.png") == b"1"
    (sentence,) = came.values()
    assert "in up.zip: has a name that leads out of the zip" in str(sentence)


def test_a_time_of_day_in_a_name_leads_nowhere() -> None:
    assert unpacked(zipped(("scan 10:30.png", b"1"))) == {"scan 10:30.png": b"1"}


def test_a_zip_in_a_zip_is_refused_and_the_rest_goes_on() -> None:
    came = unpacked(zipped(("inner.zip", zipped(("a.png", b"1"))), ("z.png", b"2")))
    assert came == {
        "inner.zip": "inner.zip in up.zip: is a zip inside a zip; unpack it first.",
        "z.png": b"2",
    }


def test_a_bomb_is_refused_without_unpacking() -> None:
    came = unpacked(zipped(("bomb.png", bytes(20_000_000)), ("good.png", b"1")))
    assert "bomb.png in up.zip: unpacks to more than 200 times its size" in str(came["bomb.png"])
    assert came["good.png"] == b"1"


def test_a_small_empty_mask_is_no_bomb() -> None:
    assert unpacked(zipped(("mask.bmp", bytes(9_000_000)))) == {"mask.bmp": bytes(9_000_000)}


def test_limits_on_the_whole_zip(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped(("a", b"12345"), ("b", b"67890"))
    monkeypatch.setenv("LIMIT_MAX_FILE_BYTES", "4")
    assert "unpacks to 5 bytes" in str(unpacked(data)["a"])
    monkeypatch.setenv("LIMIT_MAX_ZIP_BYTES", "9")
    with pytest.raises(BadFileError, match="would unpack to 10 bytes; at most 9"):
        unpacked(data)
    monkeypatch.setenv("LIMIT_MAX_ZIP_FILES", "1")
    with pytest.raises(BadFileError, match="holds more than 1 file"):
        unpacked(data)


def with_flag(data: bytes, flag: int, *, only_first: bool = False) -> bytes:
    changed = bytearray(data)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(signature)
        while place >= 0:
            changed[place + offset] |= flag
            place = -1 if only_first else changed.find(signature, place + 4)
    return bytes(changed)


def test_a_locked_zip_is_one_sentence() -> None:
    with pytest.raises(BadFileError, match="^up.zip: is locked with a password"):
        unpacked(with_flag(zipped(("a", b"1"), ("b", b"2")), 1))


def test_a_locked_entry_does_not_cost_the_others() -> None:
    came = unpacked(with_flag(zipped(("a", b"1"), ("b", b"2")), 1, only_first=True))
    assert "is locked with a password" in str(came["a"])
    assert came["b"] == b"2"


def test_a_damaged_entry_does_not_cost_the_others() -> None:
    data = zipped(("a.png", b"first one"), ("b.png", b"second"), method=zipfile.ZIP_STORED)
    came = unpacked(data.replace(b"first one", b"first0one"))
    assert came == {"a.png": "a.png in up.zip: is damaged inside the zip; pack it again.", "b.png": b"second"}


def test_a_link_is_told_and_does_not_cost_the_others() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        link = zipfile.ZipInfo("b.png")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "../elsewhere/b.png")
        archive.writestr("a.png", b"1")
    good, bad = unpack_upload(buffer.getvalue(), "x.zip")
    assert good.data == b"1"
    assert str(bad.problem) == "b.png in x.zip: is a link to another file; pack the file itself."


def test_an_odd_method_is_refused() -> None:
    came = unpacked(zipped(("a", b"1" * 100), method=zipfile.ZIP_BZIP2))
    assert "packed by a method that is not read" in str(came["a"])


@pytest.mark.parametrize("cut", [30, 60])
def test_a_zip_cut_off_is_one_sentence(cut: int) -> None:
    data = zipped(("a.png", b"1"), ("b.png", b"2"))
    with pytest.raises(BadFileError, match="^up.zip: is no zip file or is damaged"):
        unpacked(data[:-cut])


def test_text_named_zip_and_an_empty_zip() -> None:
    with pytest.raises(BadFileError, match="is no zip file"):
        unpacked(b"some text")
    with pytest.raises(BadFileError, match="is a zip without a file in it"):
        unpacked(zipped(("only/", b"")))
