"""The CSV beside a data set: found by the names of the images, its patients by the name of a column."""

import pytest

from core.datasets.set_table import group_column_of, read_csv, read_set_table
from core.errors import AppError


def test_the_patient_column_is_found_whatever_its_spelling(tmp_path):
    (tmp_path / "metadata.csv").write_text("id,split,Patient ID\na,train,7\nb,train,\nscan.v2.png,val,8\n")
    table = read_set_table(tmp_path, ["a", "b", "scan.v2", "unlisted"])
    assert group_column_of(table.columns) == "Patient ID"
    assert table.values("Patient ID", ["a", "b", "scan.v2", "unlisted"]) == ["7", "", "8", ""]


def test_a_table_without_patients_says_so(tmp_path):
    (tmp_path / "labels.csv").write_text("id,label\na,NV\n")
    table = read_set_table(tmp_path, ["a"])
    assert group_column_of(table.columns) is None
    with pytest.raises(AppError, match="no column 'patient'; it has id, label"):
        table.values("patient", ["a"])


def test_a_table_of_other_images_is_passed_over(tmp_path):
    (tmp_path / "other.csv").write_text("id,patient\nz,1\n")
    assert read_set_table(tmp_path, ["a"]) is None
    assert read_set_table(tmp_path / "nowhere", ["a"]) is None


def test_a_table_in_another_encoding_is_one_sentence(tmp_path):
    (tmp_path / "metadata.csv").write_bytes(b"id,patient\na,\xff\xfe\n")
    with pytest.raises(AppError, match="cannot be read as CSV in UTF-8"):
        read_set_table(tmp_path, ["a"])


@pytest.mark.parametrize(
    "text",
    ["image,label (0;1;2)\na.png,1\n", "image\tlabel (0, 1, 2)\na.png\t1\n", "image,label\ra.png,1;2;3\r"],
)
def test_signs_in_the_names_of_columns_or_in_cells_alone_part_nothing(tmp_path, text):
    (tmp_path / "t.csv").write_bytes(text.encode())
    columns, rows = read_csv(tmp_path / "t.csv")
    assert len(columns) == 2 and [row["image"] for row in rows] == ["a.png"]


@pytest.mark.parametrize(
    "text",
    [
        "sep=;\nimage;patient\na;p\nb;p\n",
        "\r\n\r\nimage,patient\r\na,p\r\nb,p\r\n",
        "# made by a tool\nimage,patient\na,p\nb,p\n",
        "image|patient\na|p\nb|p\n",
        "Patients of 2020\n\nimage,patient\na,p\nb,p\n",
        "Patients of 2020;;\r\n;;\r\nimage;patient;age\r\na;p;3,5\r\nb;p;\r\n",
        "파일명,환자번호\na.png,p\nb.png,p\n",
    ],
)
def test_what_stands_before_the_names_of_columns_is_passed_over(tmp_path, text):
    (tmp_path / "metadata.csv").write_text(text)
    table = read_set_table(tmp_path, ["a", "b"])
    assert table.groups(group_column_of(table.columns), ["a", "b"]) == [["p"], ["p"]]


def test_a_table_with_patients_goes_before_one_without(tmp_path):
    (tmp_path / "labels.csv").write_text("image,label\na,NV\n")
    (tmp_path / "patients.tsv").write_text("image\tpatient\na\tp\n")
    assert read_set_table(tmp_path, ["a"]).path.name == "patients.tsv"
    assert read_set_table(tmp_path, ["a"], "label").path.name == "labels.csv"


def test_an_image_of_several_rows_is_of_all_groups_that_they_say(tmp_path):
    (tmp_path / "t.csv").write_text("image,lesion\na,1\na,2\nb,N/A\nc,nan\n")
    table = read_set_table(tmp_path, ["a"])
    assert table.groups("lesion", ["a", "b", "c", "unlisted"]) == [["1", "2"], [], [], []]


def test_a_patient_who_is_written_in_several_ways_is_one(tmp_path):
    rows = (
        "a,P1",
        "b,p1",
        "c, P1 ",
        "d,P01",
        "e,1",
        "f,1.0",
        "g,001",
        "h,P10",
        "i,1.5",
        "j,p-1",
        "k,10",
        "l,P1-2",
        "m,P12",
    )
    (tmp_path / "t.csv").write_text("\n".join(("image,patient", *rows)))
    table = read_set_table(tmp_path, ["a"])
    assert table.groups("patient", list("abcdefghijklm")) == [
        *(
            ["P1"],
            ["P1"],
            ["P1"],
            ["P1"],
            ["1"],
            ["1"],
            ["1"],
            ["P10"],
            ["1.5"],
            ["P1"],
            ["10"],
            ["P1-2"],
            ["P12"],
        )
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_what_excel_saves_is_read(tmp_path, encoding, delimiter):
    rows = [
        ("파일", "환자 번호; 기관, 종류", "group"),
        ("폐_1.png", "서울", "김 1"),
        ("폐_2.png", "부산", "이 2"),
    ]
    lines = [delimiter.join(f'"{cell}"' if "; " in cell else cell for cell in row) for row in rows]
    (tmp_path / "metadata.csv").write_bytes("\r\n".join(lines).encode(encoding))
    table = read_set_table(tmp_path, ["폐_1", "폐_2"])
    assert table.values("group", ["폐_1", "폐_2"]) == ["김 1", "이 2"]


def test_what_excel_saves_in_the_west_is_read(tmp_path):
    (tmp_path / "metadata.csv").write_bytes("id;group\nGröße_1.png;Müller\n".encode("cp1252"))
    assert read_set_table(tmp_path, ["Größe_1"]).values("group", ["Größe_1"]) == ["Müller"]
