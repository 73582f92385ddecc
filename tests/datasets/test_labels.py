import numpy as np
import pytest

from core.datasets.label_folds import label_folds, set_aside
from core.datasets.labels import find_labelled, labels_of, parse_merged
from core.errors import AppError, BadDatasetError


def make(root, table, names=("a.jpg", "b.jpg", "c.jpg"), where="labels.csv", masks=()):
    for folder, files in (("images", names), ("masks", masks)):
        (root / "train" / folder).mkdir(parents=True, exist_ok=True)
        for name in files:
            (root / "train" / folder / name).write_bytes(b"x")
    (root / where).write_text(table, encoding="utf-8")
    return root


def test_labels_masks_and_groups_are_found_by_stem(tmp_path):
    table = "image,label,lesion_id\nb,NV,L1\na.jpg,MEL,L2\nc,SK,\nother,NV,L9\n"
    found = find_labelled(make(tmp_path, table, masks=("b.png",)), "train", merged={"SK": "Other_SC"})
    assert [(each.stem, each.label, each.group) for each in found] == [
        *(("a", "MEL", "L2"), ("b", "NV", "L1"), ("c", "Other_SC", "c"))
    ]
    assert [each.mask_path and each.mask_path.name for each in found] == [None, "b.png", None]
    assert labels_of(found) == ("MEL", "NV", "Other_SC")


def test_the_split_s_own_table_counts_first_and_a_given_one_before_it(tmp_path):
    make(tmp_path, "image,label\na,X\nb,X\nc,X\n")
    make(tmp_path, "id,label\na,Y\nb,Y\nc,Y\n", where="train/labels.csv")
    assert find_labelled(tmp_path, "train")[0].label == "Y"
    assert find_labelled(tmp_path, "train", labels_path=tmp_path / "labels.csv")[0].label == "X"


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("image,label\na,MEL\nb,NV\n", "train: Image c.jpg has no row in the table of labels."),
        ("image,label\na,MEL\nb,NV\nc,\n", "train: Image c.jpg has an empty label."),
        ("image,label\na,MEL\nb,NV\nc,SK\n", "Image c.jpg has the label 'SK', which is none of MEL, NV;"),
        ("image,kind\na,MEL\n", "has the columns image, kind; it needs image and label."),
        ("image,label\na,MEL\na,NV\n", "has two rows for a that differ"),
    ],
)
def test_what_is_wrong_with_a_table_is_one_sentence(tmp_path, table, sentence):
    with pytest.raises(AppError) as caught:
        find_labelled(make(tmp_path, table), "train", known=("MEL", "NV"))
    assert sentence in str(caught.value)


@pytest.mark.parametrize("columns", ["Image,Label", "Image ID,LABEL", "file_name, label"])
def test_columns_are_found_whatever_their_case_and_spaces(tmp_path, columns):
    table = f"{columns}\nimages/a.jpg,MEL\nimages\\b.jpg,NV\nc,NV\n"
    found = find_labelled(make(tmp_path, table), "train")
    assert [(each.stem, each.label) for each in found] == [("a", "MEL"), ("b", "NV"), ("c", "NV")]


def test_labels_that_differ_in_capitals_alone_are_told(tmp_path):
    make(tmp_path, "image,label\na,benign\nb,Benign \nc,nan\n")
    with pytest.raises(BadDatasetError) as caught:
        find_labelled(tmp_path, "train")
    told = (
        "The labels 'Benign' and 'benign' differ in capitals or spaces alone; write them alike, or count one"
    )
    assert caught.value.problems[0] == "train: Image c.jpg has an empty label."
    assert caught.value.problems[1].startswith(told)


def test_no_table_no_images_and_one_label_are_told(tmp_path):
    make(tmp_path, "image,label\na,NV\nb,NV\nc,NV\n").joinpath("labels.csv").rename(tmp_path / "other.csv")
    with pytest.raises(AppError, match="There is no labels.csv in"):
        find_labelled(tmp_path, "train")
    with pytest.raises(BadDatasetError, match="no folder val/images"):
        find_labelled(tmp_path, "val")
    with pytest.raises(BadDatasetError, match="All images have the label 'NV'"):
        labels_of(find_labelled(tmp_path, "train", labels_path=tmp_path / "other.csv"))
    with pytest.raises(ValueError, match="OLD=NEW, got 'SK'"):
        parse_merged(["A=B", "SK"])


def test_images_in_folders_of_their_labels_are_told(tmp_path):
    (tmp_path / "train" / "images" / "MEL").mkdir(parents=True)
    (tmp_path / "train" / "images" / "MEL" / "a.jpg").write_bytes(b"x")
    with pytest.raises(BadDatasetError) as caught:
        find_labelled(tmp_path, "train")
    assert caught.value.problems == (
        "train: There are no images.",
        "train/images also holds MEL; only image files directly in it are read.",
    )


def test_folds_spread_labels_and_keep_groups():
    labels = ["MEL"] * 9 + ["NV"] * 12
    groups = [f"m{i}" for i in range(9)] + [f"n{i // 2}" for i in range(12)]
    folds = label_folds(labels, groups, 3, seed=1)
    # Nine melanomas and six pairs of nevi over three folds: three and two pairs each.
    for fold in range(3):
        held = [label for label, own in zip(labels, folds, strict=True) if own == fold]
        assert (held.count("MEL"), held.count("NV")) == (3, 4)
    assert all(folds[9 + 2 * i] == folds[10 + 2 * i] for i in range(6))
    np.testing.assert_array_equal(folds, label_folds(labels, groups, 3, seed=1))
    assert (folds != label_folds(labels, groups, 3, seed=2)).any()


def test_a_part_is_set_aside_with_every_label():
    labels, groups = ["a"] * 10 + ["b"] * 10, [str(i) for i in range(20)]
    aside = set_aside(labels, groups, 0.2, seed=0)
    # A fifth: two of ten of each label.
    assert aside[:10].sum() == 2 and aside[10:].sum() == 2


def test_too_few_of_a_label_for_the_folds_is_one_sentence():
    with pytest.raises(AppError, match="the label b has 1; take fewer folds"):
        label_folds(["a", "a", "b"], ["1", "2", "3"], 2, seed=0)


def test_too_few_of_a_label_to_set_a_part_aside_is_one_sentence():
    # A tenth is one of ten folds, so each label needs ten.
    with pytest.raises(AppError, match=r"To set aside 10 % .* takes 10 of each .* 2 of the label b"):
        set_aside(["a"] * 10 + ["b"] * 2, [str(i) for i in range(12)], 0.1, seed=0)
