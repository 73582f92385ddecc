"""Who is image and who is mask, by the names and folders of the tools and data sets that people have."""

import re
import unicodedata
from types import SimpleNamespace

import pytest

from core import language
from core.workflows.arrive import upload_plan
from core.workflows.arrive.upload_plan import image_keys, plan_upload


def understood(*files, masks=(), known=()):
    """For each image its masks, and what was left out."""
    rows = plan_upload(files, masks, known=known)
    masks_of = {row.path: [] for row in rows if row.role == "image"}
    for row in rows:
        for image in row.images if row.role == "mask" else ():
            masks_of[image].append(row.path)
    return masks_of, [row.path for row in rows if row.role == "left out"]


@pytest.mark.parametrize(
    ("given", "images"),
    [
        (["z/train/images/a.png", "z/train/masks/a.png"], ["z/train/images/a.png"]),
        (
            ["z/benign/b (4).png", "z/benign/b (4)_mask.png", "z/benign/b (4)_mask_1.png"],
            ["z/benign/b (4).png"],
        ),
        (["z/JPEGImages/a.jpg", "z/SegmentationClass/a.png"], ["z/JPEGImages/a.jpg"]),
        (["z/imagesTr/a_0000.png", "z/labelsTr/a.png"], ["z/imagesTr/a_0000.png"]),
        (["z/a.tif", "z/a_cp_masks.png"], ["z/a.tif"]),
        (["z/images/train/a.png", "z/labels/train/a.txt"], ["z/images/train/a.png"]),  # YOLO
        (["z/a.png", "z/a.json"], ["z/a.png"]),  # labelme
        (["a.tif", "a_cp_masks.png"], []),  # somebody chose both
        (["z/images/a.png", "z/images/b.png"], []),
        (["z/case_1/segmentation.png", "z/case_gt/segmentation.png"], []),
        (["z/images/a.png", "z/masks/b.png"], []),
        (["z/a.png", "z/a_1.png"], []),
        (["z/left mask/a.png", "z/right mask/a.png"], []),
    ],
)
def test_images_that_came_along_with_the_masks_are_none(given, images):
    rows = plan_upload([], given, known=image_keys("a.png"))
    assert [row.path for row in rows if row.role == "left out"] == images
    assert {row.role for row in rows if row.path not in images} <= {"mask", "outlines"}


@pytest.mark.parametrize(
    ("mask", "beside"),
    [
        ("sub-1_desc-brain_mask.nii.gz", ".json"),  # BIDS tells of each file in one of JSON
        ("sub-1_lesions.nii.gz", ".json"),
        ("a_mask.tif", ".json"),
        ("a_mask.png", ".txt"),
        ("a.dcm", ".txt"),
        ("a.png", ".csv"),
        ("a.png", ".xml"),
        ("a.png", ".roi"),
    ],
)
def test_what_is_told_of_a_mask_beside_it_makes_no_image_of_it(mask, beside):
    rows = plan_upload([], [f"z/{mask}", f"z/{mask.partition('.')[0]}{beside}"])
    assert rows[0].role == "mask"


@pytest.mark.parametrize(
    ("images", "masks", "left_out"),
    [
        (["b/b (4).png"], ["b/b (4)_mask.png", "b/b (4)_mask_1.png"], []),  # BUSI
        (
            ["z/JPEGImages/a.png"],
            ["z/SegmentationClass/a.png"],
            ["z/SegmentationObject/a.png", "z/labelmap.txt"],
        ),  # CVAT
        (["z/JPEGImages/a.png"], ["z/SegmentationObject/a.png"], []),
        (["z/D/imagesTr/c_1_0000.png"], ["z/D/labelsTr/c_1.png"], ["z/D/imagesTr/c_1_0001.png"]),  # nnU-Net
        (
            ["z/HAM10000_images_part_1/ISIC_1.jpg"],
            ["z/HAM10000_segmentations_lesion_tschandl/ISIC_1_segmentation.png"],
            [],
        ),
        (
            ["z/training/images/21_training.tif"],
            ["z/training/1st_manual/21_manual1.gif"],
            ["z/training/mask/21_training_mask.gif", "z/training/2nd_manual/21_manual2.gif"],
        ),  # DRIVE
        (["z/images/01_dr.jpg"], ["z/manual1/01_dr.tif"], ["z/mask/01_dr_mask.tif"]),  # HRF
        (["a.tif"], ["a-labeling.tif"], []),
        (["a.tif"], ["segmentation of a.tif"], []),  # Labkit
        (["a.tif"], ["Classified image.tif"], []),  # Weka
        (["z/01/t000.tif"], ["z/01_GT/SEG/man_seg000.tif"], ["z/01_RES/mask000.tif"]),
        (["z/01/t000.tif"], ["z/01_GT/SEG/man_seg000.tif"], ["z/01_ERR_SEG/mask000.tif"]),
        (["a.tif"], [], ["z/a.zarr/0/0.0", "z/a.zarr/.zattrs"]),
        (["Image_01L.jpg"], ["Image_01L_1stHO.png"], ["Image_01L_2ndHO.png"]),  # CHASE
        (["z/id1/images/id1.png"], ["z/id1/masks/m1.png", "z/id1/masks/m2.png"], []),  # DSB 2018
        (
            ["z/ISIC_Input/ISIC_1.jpg"],
            ["z/ISIC_GroundTruth/ISIC_1_segmentation.png"],
            ["z/ISIC_Input/ISIC_1_superpixels.png"],
        ),
        (["ISIC_1.jpg"], ["ISIC_1_Segmentation.png"], ["ISIC_1_superpixels.png"]),
        (["a.tif"], ["a_cp_masks.png"], ["a_seg.npy", "a_flows.tif"]),  # Cellpose
        (["001_img.png"], ["001_masks.png"], []),
        (["a.png"], ["a_Simple Segmentation.png"], ["a_Probabilities.png"]),  # ilastik
        (
            ["z/IMD003/IMD003_Dermoscopic_Image/IMD003.bmp"],
            ["z/IMD003/IMD003_lesion/IMD003_lesion.bmp"],
            ["z/IMD003/IMD003_roi/IMD003_R1_Label4.bmp"],
        ),  # PH2
        (["IMD003.bmp"], ["IMD003_lesion.bmp"], ["IMD003_R1_Label4.bmp"]),
        (["z/images/IMD003.bmp"], ["z/lesion/IMD003_lesion.bmp"], []),
        (["z/50/pre/FLAIR.nii.gz"], ["z/50/wmh.nii.gz"], []),  # the WMH challenge
        (["a.png"], ["a_rater1.png"], ["a_rater2.png"]),
        (["z/stare-images/im0001.ppm"], ["z/labels-ah/im0001.ah.ppm"], ["z/labels-vk/im0001.vk.ppm"]),
        (
            ["z/leftImg8bit/train/b/b_0_1_leftImg8bit.png"],
            ["z/gtFine/train/b/b_0_1_gtFine_labelIds.png"],
            ["z/gtFine/train/b/b_0_1_gtFine_color.png", "z/gtFine/train/b/b_0_1_gtFine_instanceIds.png"],
        ),  # Cityscapes
        (
            ["z/1. Original Images/a/ID_01.jpg"],
            ["z/2. All Segmentation Groundtruths/a/1. MA/ID_01_MA.tif"],
            [],
        ),
        (["z/Images/g_002.png"], ["z/GT/g_002/SoftMap/g_002_ODsegSoftmap.png"], []),  # Drishti-GS
        (["z/images/1TP_1.png"], ["z/labels/1TP_1_L.png"], []),  # CamVid
        (["z/Images/bus_0001-l.png"], ["z/Masks/mask_0001-l.png"], []),  # BUS-BRA
        (["z/images/a.jpg"], ["z/masks/a.jpg.png"], []),
        (["z/01.원천데이터/가.png"], ["z/02.라벨링데이터/가.png"], []),  # AI Hub
        (["z/test/0.png"], [], ["z/test/0_predict.png"]),
        (["z/images/train/a.png"], ["z/masks/train/a.png"], []),
        (["z/Dataset_BUSI_with_GT/benign/b (1).png"], ["z/Dataset_BUSI_with_GT/benign/b (1)_mask.png"], []),
        (
            ["z/JPEGImages/a.jpg"],
            ["z/SegmentationClassPNG/a.png"],
            ["z/SegmentationClassVisualization/a.jpg", "z/SegmentationClass/a.npy"],
        ),  # labelme2voc
        (["z/CamVid/train/a.png"], ["z/CamVid/trainannot/a.png"], []),
        (["z/test/images/01_test.tif"], [], ["z/test/mask/01_test_mask.gif"]),  # DRIVE's test set
        (["z/images/1.png"], [f"z/masks/{letter * 64}.png" for letter in "ab"], []),  # DSB 2018, one image
        (["z/CXR/M.png"], ["z/ManualMask/leftMask/M.png", "z/ManualMask/rightMask/M.png"], []),  # Montgomery
        (["z/Slide_01/01_1.png"], ["z/GT_01/01_1.png"], []),  # TNBC
        (["z/testA_1.bmp"], ["z/testA_1_anno.bmp"], []),  # GlaS
        (["volume-0.nii"], ["segmentation-0.nii"], []),  # LiTS
        (["z/case_0/imaging.nii.gz"], ["z/case_0/segmentation.nii.gz"], []),  # KiTS
        (["a.png"], ["a_Object Predictions.tif"], ["a_Pixel Probabilities.tif"]),  # ilastik
        (["z/ds/img/a.png"], ["z/ds/masks_machine/a.png"], ["z/ds/masks_human/a.png"]),  # Supervisely
        (["a.tif"], ["Mask of a.tif"], []),  # Fiji
        (["z/img_dir/train/a.png"], ["z/ann_dir/train/a.png"], []),
        (["z/영상/폐01.png"], ["z/마스크/폐01.png"], []),
        (["폐01.png"], ["폐01_마스크.png"], []),
        (["z/train/image/1.png"], ["z/train/label/1.png"], []),
        (["img_1.png"], ["mask_1.png"], []),
        (["case_001.png"], ["case_mask_001.png"], []),
        (["t1.png"], ["t_mask1.png"], []),
        (["a.png"], ["a_mask (1).png"], []),  # copies by Windows and macOS
        (["a.png"], ["a_mask - Copy.png"], []),
        (["a.png"], ["a_mask copy.png"], []),
        (["폐.png"], ["폐_mask - 복사본.png"], []),
        (["a (1).png"], ["a_mask (1).png"], []),
        (["a.png"], ["a_liver_mask.png"], ["a_spleen_mask.png"]),
        (["a.png"], ["a_mask_kim.png"], ["a_mask_lee.png"]),
        (["s_(1,2).png"], ["s_(1,2)_Tumor-mask.png"], []),  # QuPath
        (["a.jpg"], ["a_label_ground-truth.png"], ["a_label_ground-truth_semantic.png"]),  # Segments.ai
        (
            ["z/f_80_endo.png"],
            ["z/f_80_endo_mask.png"],
            ["z/f_80_endo_color_mask.png", "z/f_80_endo_watershed_mask.png"],
        ),  # CholecSeg8k
        (["z/a_json/img.png"], ["z/a_json/label.png"], ["z/a_json/label_viz.png"]),  # labelme
        (["z/default/a.png"], ["z/defaultannot/a.png"], []),  # CVAT
        (["z/image_2/a.png"], ["z/semantic/a.png"], ["z/semantic_rgb/a.png"]),  # KITTI
        (["z/original/1.png"], ["z/results/1_mask.png"], []),
        (["z/CT.nii.gz"], ["z/Segmentation-liver-label.nii.gz"], []),  # 3D Slicer
        (["z/Lung Segmentation/CXR_png/a.png"], ["z/Lung Segmentation/masks/a_mask.png"], []),
        (["z/01/t000.tif"], ["z/01_GT/SEG/man_seg000.tif"], ["z/01_GT/TRA/man_track000.tif"]),
        (["img001.png"], ["img001Mask.png"], []),
        *((["a.png"], [name], []) for name in ("a (mask).png", "a - mask.png", "a__mask.png", "a[mask].png")),
        *((["폐.png"], [name], []) for name in ("폐마스크.png", "마스크_폐.png", "mask_of_폐.png")),
        (["a.png"], ["a.mask.0.png", "a.mask.1.png"], []),
        (["z/sub-01_T1w.nii.gz"], ["z/sub-01_dseg.nii.gz"], []),  # BIDS
        (["z/ISIC2018_Input/I_1.jpg"], ["z/ISIC2018_GroundTruth_v3/I_1_attribute_streaks.png"], []),
        (["z/원본/a.png"], ["z/레이블/a.png"], []),
        (["a.png"], ["a_분할.png"], []),
        (["z/label-free_images/1.png"], ["z/masks/1.png"], []),
        ([unicodedata.normalize("NFC", "폐.png")], [unicodedata.normalize("NFD", "폐_mask.png")], []),
        (["im0.nii.gz"], ["seg0.nii.gz"], []),  # MONAI's tutorials
        (["z/raw/a_orig.png"], ["z/msk/a_mask.png"], []),
        (["z/tr_im/1.nii.gz"], ["z/tr_msk/1.nii.gz"], []),
        (
            ["z/CTChest.nii.gz"],
            ["z/Segmentation-Heart.nii.gz"],
            ["z/Segmentation-Liver.nii.gz"],
        ),  # 3D Slicer
        (["z/a/photo.png"], ["z/a/mask_1.png", "z/a/mask_2.png"], []),
        (["photo.png"], ["mask1.png", "mask2.png"], []),
        (["z/images/a.png"], ["z/masks/a/0.png", "z/masks/a/1.png"], []),
        (["z/images/a.png"], ["z/masks/a/a_0.png", "z/masks/a/a_1.png"], []),
        (["z/image_2/a.png"], ["z/semantic/a.png"], ["z/instance/a.png"]),  # KITTI
        *(
            (["z/images/a.png"], ["z/masks/a.png"], [f"z/{folder}/a.png"])
            for folder in ("predictions", "pred", "Predicted_Masks")
        ),
        (["1.bmp"], ["p1.bmp"], []),  # CVC-ColonDB
        (["z/701_StillsRaw_full/1TP_1.png"], ["z/LabeledApproved_full/1TP_1_L.png"], []),  # CamVid
        (["z/tissue images/h_1.png"], ["z/label masks/h_1.tif"], ["z/distance maps/h_1.png"]),  # NuInsSeg
        (["z/sub-01_T1w.nii.gz"], ["z/sub-01_space-T1w_label-lesion_mask.nii.gz"], []),  # BIDS
        (["z/sub-1/sub-1_ct.nii.gz"], ["z/derivatives/sub-1/sub-1_seg-vert_msk.nii.gz"], []),
        (["z/sub-1/ses-1/sub-1_ses-1_dwi.nii.gz"], ["z/derivatives/sub-1/sub-1_ses-1_dseg.nii.gz"], []),
        (["z/imagesVa/amos_0008.nii.gz"], ["z/labelsVa/amos_0008.nii.gz"], []),  # numbers of patients
        (["a.png"], ["a_mask[0].png", "a_mask[1].png"], []),
        *((["폐.png"], [f"폐_{word}.png"], []) for word in ("정답라벨", "라벨링", "세그멘테이션")),
        (["a.png"], ["a_mask.png"], ["a_pred.png", "a_probs.png", "a_heatmap.png", "a.geojson"]),
        *(
            (["a.png"], [f"a_{word}.png"], [])
            for word in ("labelmap", "GTmask", "binarymask", "MaskImage", "segm", "annot", "Maske", "máscara")
        ),
        *(
            (["폐.png"], [f"폐_{word}.png"], [])
            for word in (
                "Segmentierung",
                "segmentación",
                "segmentazione",
                "maschera",
                "truth",
                "maska",
                "maskesi",
                "маска",
            )
        ),
        *((["폐.png"], [name], []) for name in ("폐_분할마스크.png", "폐_マスク画像.png")),
        *((["a.png"], [name], []) for name in ("a+mask.png", "a~mask.png", "a=mask.png", "a@mask.png")),
        *((["肺.png"], [name], []) for name in ("肺マスク.png", "肺_标签.png", "掩膜_肺.png")),
    ],
)
def test_layouts(images, masks, left_out):
    assert understood(*images, *masks, *left_out) == ({images[0]: masks}, left_out)
    # The order in which files come means nothing.
    found, left = understood(*left_out, *reversed(masks), *images)
    assert (sorted(found[images[0]]), left) == (sorted(masks), left_out)


def test_masks_of_bids_without_their_images_stay_images():
    files = ["z/derivatives/sub-1/sub-1_ct_msk.nii.gz", "z/derivatives/sub-2/sub-2_ct_msk.nii.gz"]
    assert understood(*files) == ({file: [] for file in files}, [])


def test_folders_keep_images_of_one_name_apart():
    files = [f"z/day{day}/{kind}/scan.png" for day in (1, 2) for kind in ("images", "masks")]
    assert understood(*files) == ({files[0]: [files[1]], files[2]: [files[3]]}, [])


@pytest.mark.parametrize(
    "folder",
    "masks_png mask_images GT_images label_img image_masks imgs_seg PNGMasks maskImages labelsVal masks2 "
    "labelcol seg_maps masks(1) 정답_이미지 마스크영상 msk BinaryMasks lungmask LabelMap label_maps trimaps "
    "annot Masken Segmentierungen segmentaciones maschere マスク画像 标签 SegmentationClassRaw "
    "PixelLabelData_1 maskeler maski Маски".split(),
)
def test_folders_that_are_called_like_masks_hold_masks(folder):
    assert understood("z/images/1.png", f"z/{folder}/1.png")[0] == {"z/images/1.png": [f"z/{folder}/1.png"]}


@pytest.mark.parametrize(
    "folder",
    ["images_for_segmentation", "images to label", "scans_with_masks", "facemasks", "WithMask", "photomasks"],
)
def test_folders_of_images_that_are_to_get_masks_hold_images(folder):
    assert understood(f"z/{folder}/1.png")[0] == {f"z/{folder}/1.png": []}


def test_predicted_masks_are_masks_where_there_are_no_others():
    rows = plan_upload(["z/images/a.png", "z/predicted_masks/a.png"], [])
    assert [row.role for row in rows] == ["image", "mask"]


@pytest.mark.parametrize("folder", ["inference", "to_predict"])
def test_images_that_are_to_be_predicted_are_images(folder):
    rows = plan_upload(["z/images/a.png", "z/masks/a.png", f"z/{folder}/b.png"], [])
    assert [row.role for row in rows] == ["image", "mask", "image"]


def test_a_folder_beside_the_images_with_their_names_is_asked_about():
    rows = plan_upload(["z/images/1.png", "z/truth/1.png"])
    assert [row.namesake for row in rows] == ["", "z/images/1.png"]
    pairs = plan_upload([f"z/train{xy}/{xy.upper()}_img_{number}.bmp" for xy in "xy" for number in (0, 1)])
    assert [row.namesake for row in pairs] == [row.path for row in (*pairs[2:], *pairs[:2])]  # PH2
    rows = plan_upload([f"z/{folder}/1.png" for folder in ("images", "av", "vessel")])  # RITE
    assert [row.namesake for row in rows] == ["", "z/images/1.png", "z/images/1.png"]


def test_so_is_one_beside_images_that_have_masks_already():
    for other in ("edges", "clahe", "thumbnails"):
        rows = plan_upload([f"z/{folder}/1.png" for folder in ("images", "masks", other)])
        assert [row.namesake for row in rows] == ["", "", "z/images/1.png"]
    patients = [f"z/{folder}/scan.png" for folder in ("kim/images", "kim/masks", "lee/images", "park")]
    assert {row.namesake for row in plan_upload(patients)} == {""}


def test_masks_of_two_sides_are_parts_of_one():
    files = ["z/a.png", "z/a_left_mask.png", "z/a_right_mask.png"]
    assert [row.is_part for row in plan_upload(files)] == [False, True, True]
    eyes = ["z/a_left.png", "z/a_right.png", "z/a_left_mask.png", "z/a_right_mask.png"]
    assert understood(*eyes)[0] == {eyes[0]: [eyes[2]], eyes[1]: [eyes[3]]}


@pytest.mark.parametrize(("images", "masks"), [("{}/Original", "{}/Ground truth"), ("{}-image", "{}-mask")])
def test_masks_of_several_splits_go_to_the_images_of_their_own(images, masks):
    files = [f"z/{folder.format(split)}/1.png" for split in ("train", "test") for folder in (images, masks)]
    assert understood(*files)[0] == {files[0]: [files[1]], files[2]: [files[3]]}
    rows = plan_upload(["z/ct/1.png", "z/mri/1.png", "z/masks/1.png"])
    assert len(rows[2].images) == 2  # neither is nearer, and that is told


def test_thousands_of_names_that_begin_alike_are_not_compared_with_each_other(monkeypatch):
    looked_at = []
    ending = upload_plan.layouts.MASK_ENDING
    counting = SimpleNamespace(
        search=lambda name: looked_at.append(name) or ending.search(name), sub=ending.sub
    )
    monkeypatch.setattr(upload_plan.layouts, "MASK_ENDING", counting)
    rows = plan_upload([f"case_{kind}_{number}.png" for number in range(500) for kind in ("t1", "seg")])
    assert sum(row.role == "mask" for row in rows) == 500
    assert len(looked_at) < 10 * len(rows)


def test_a_name_like_a_mask_s_is_one_only_where_the_image_is():
    assert understood("a_mask.png") == ({"a_mask.png": []}, [])
    (row,) = plan_upload(["a_mask.png"], known=image_keys("a.jpg"))
    assert (row.role, row.keys[:2]) == ("mask", ("a_mask", "a"))
    assert understood("a.png", "a_label-free.png")[0] == {"a.png": [], "a_label-free.png": []}
    assert understood("left_lung.png", "left.png")[0] == {"left_lung.png": [], "left.png": []}


def test_a_mask_beside_images_that_begin_like_it_is_no_image():
    # As in BraTS: with one picture it is clear whose it is, with several it is not.
    rows = plan_upload([f"d/{name}.nii.gz" for name in ("a_t1", "a_seg", "b_t1", "b_t2", "b_seg")])
    assert [row.role for row in rows] == ["image", "mask", "image", "image", "mask"]
    assert [row.images for row in rows] == [(), ("d/a_t1.nii.gz",), (), (), ()]


@pytest.mark.parametrize("images", [("t1", "t2"), ("pre/FLAIR", "pre/T1", "orig/T1")])
def test_what_is_called_a_mask_and_no_more_is_no_image_beside_several(images):
    rows = plan_upload([f"z/{case}/{each}.nii.gz" for case in range(3) for each in (*images, "mask")])
    assert [(row.role, row.images) for row in rows if row.name == "mask.nii.gz"] == [("mask", ())] * 3
    assert sum(row.role == "image" for row in rows) == 3 * len(images)


def test_an_image_that_is_called_a_mask_is_one_in_a_folder_of_images():
    files = [f"z/{kind}/{name}.png" for kind in ("images", "masks") for name in ("mask_wearing", "b")]
    assert understood(*files)[0] == {files[0]: [files[2]], files[1]: [files[3]]}


@pytest.mark.parametrize("word", ["segmented", "라벨"])
def test_images_that_are_all_called_by_such_a_word_are_images(word):
    images = [f"{word}_{number}.png" for number in (1, 2)]
    assert understood(*images)[0] == {image: [] for image in images}
    assert understood("환자_1.png", images[0])[0] == {"환자_1.png": [images[0]]}


def test_a_number_behind_the_word_is_of_the_image_or_of_the_mask_and_never_joined_to_another_number():
    files = ["img1.png", "img12.png", "img1_mask2.png", "a__001.png", "a__mask_001.png"]
    masks, _ = understood(*files)
    assert masks == {"img1.png": ["img1_mask2.png"], "img12.png": [], "a__001.png": ["a__mask_001.png"]}


@pytest.mark.parametrize(
    "images", [("세포_분할_1.png", "세포_정상_1.png"), ("배아_2.png", "배아_2분할.png"), ("분할_1.png",)]
)
def test_what_divides_or_was_divided_is_no_mask_of_what_is_beside_it(images):
    assert understood(*images) == ({image: [] for image in images}, [])


@pytest.mark.parametrize("folders", [("images/", "masks/"), ("", "")])
@pytest.mark.parametrize("names", [("image_{:03}.png", "mask_{:03}.png"), ("scan{}.tif", "scan{}_mask.png")])
def test_masks_whose_numbers_run_beside_those_of_the_images_are_told_of(folders, names):
    image, mask = (f"z.zip/{folder}{name}" for folder, name in zip(folders, names, strict=True))
    files = [each for place in range(3) for each in (image.format(place + 1), mask.format(place))]
    rows = plan_upload(files)
    told = "masks are numbered from 0 and images from 1, so it is not clear which is whose; number them alike"
    assert [(row.role, row.reason) for row in rows if "mask" in row.name] == [("left out", told)] * 3
    # Who says that they are masks after all means their names.
    said = plan_upload(files, roles={place: "mask" for place in (1, 3, 5)})
    assert [row.images for row in said if row.role == "mask"] == [(), (files[0],), (files[2],)]
    # Of two, or where an image of the task has the number, nothing is told.
    assert plan_upload(files[:4])[3].images == (files[0],)
    assert plan_upload(files, known=("000", "image_000", "scan0"))[3].images == (files[0],)


def test_numbers_of_objects_are_no_numbers_of_images():
    files = [f"z.zip/images/{number}.png" for number in (1, 2, 3)]
    files += [f"z.zip/masks/1_mask_{number}.png" for number in (0, 1, 2)]
    assert [row.images for row in plan_upload(files)[3:]] == [(files[0],)] * 3


def test_a_mask_that_says_more_than_its_image_s_name_goes_to_an_image_of_the_task_too():
    (row,) = plan_upload([], ["ID_01_MA.tif"])
    assert row.keys == ("id_01_ma", "id_01")
    # A number behind a name is another picture's.
    assert "a_1" not in plan_upload([], ["a_1_2.png"])[0].keys


def test_images_of_one_name_may_be_image_and_mask_and_are_asked_about():
    side_by_side = plan_upload(["a.jpg", "a.png", "b.png"])
    assert [row.namesake for row in side_by_side] == ["a.png", "a.jpg", ""]
    assert [row.namesake for row in plan_upload(["l_lung.png", "l.png"])] == ["l.png", "l_lung.png"]
    assert [row.namesake for row in plan_upload(["a.jpg", "a.jpg.png"])] == ["a.jpg.png", "a.jpg"]
    assert [bool(row.namesake) for row in plan_upload(["z/in/c_0000.png", "z/out/c.png"])] == [True, True]
    folders = plan_upload(["z/x/1.png", "z/y/1.png"])
    assert [row.namesake for row in folders] == ["z/y/1.png", "z/x/1.png"]
    assert "say so" in folders[0].reason
    said = plan_upload(["z/x/1.png", "z/y/1.png"], roles={1: "mask"})
    assert said[1].images == ("z/x/1.png",) and not said[0].namesake
    # Patients whose files are called alike, and files that a folder says are images.
    assert not any(row.namesake for row in plan_upload([f"z/{each}/1.png" for each in "abc"]))
    assert not any(row.namesake for row in plan_upload([f"z/{each}/images/1.png" for each in "ab"]))


KNOWN = {*image_keys("scan1.png"), *image_keys("2.png")}


@pytest.mark.parametrize(
    "other",
    [
        *("a_viable", "a_SegmentedNuclei", "a-watershed", "a_AV", "binary of a", "cl0_a"),
        *("a_viable_2", "a (lesion)", "a_cells"),
    ],
)
def test_an_image_whose_name_says_more_than_another_s_beside_it_is_asked_about(other):
    rows = plan_upload(["d/a.tif", f"d/{other}.png", "d/b.tif"])
    assert [row.role for row in rows] == ["image"] * 3
    assert [row.namesake for row in rows] == [f"{other}.png", "a.tif", ""]
    # Other numbers are other pictures, and so is what lies elsewhere.
    assert not any(row.namesake for row in plan_upload(["d/a.tif", "d/a_2.tif", "e/a_viable.tif"]))
    assert not any(row.namesake for row in plan_upload(["2.png", "img_2.png", "scan-2.png"]))


def test_folders_that_hold_the_names_of_the_originals_are_asked_about():
    folders = ("raw", "membranes", "synapses")  # ssTEM
    rows = plan_upload([f"z/{folder}/{number}.png" for folder in folders for number in (0, 1)])
    assert [row.namesake for row in rows[:3]] == ["z/membranes/0.png", "z/membranes/1.png", "z/raw/0.png"]
    assert all(row.namesake for row in rows)


def test_what_masks_say_behind_the_names_of_several_images_is_no_part_of_these():
    images = [f"z/images/r1_Im00{number}.png" for number in (1, 2)]
    masks = [
        f"z/segmentations/r1_Im00{number}-1-{what}-T.png" for number in (1, 2) for what in ("Cup", "Disc")
    ]
    rows = plan_upload([*images, *masks])  # RIM-ONE DL
    assert [row.images for row in rows[2:]] == [(images[0],)] * 2 + [(images[1],)] * 2
    assert [row.role for row in rows[2:]] == ["mask", "left out"] * 2
    # Of one image alone a number may be another picture's, and a number says nothing.
    assert not plan_upload([*images, masks[0]])[2].images
    assert not any(
        row.images for row in plan_upload([*images, *(f"z/masks/r1_Im00{n}_2.png" for n in (1, 2))])
    )


def test_a_file_that_is_no_image_by_its_name_is_not_one_that_a_mask_may_be_of():
    rows = plan_upload(["z/images/a.png", "z/rois/a.zip", "z/masks/a.png"])  # NuInsSeg
    assert rows[2].images == ("z/images/a.png",)


def test_a_text_about_an_image_that_has_a_mask_is_no_outline():
    files = ["z/CXR_png/a.png", "z/mask/a_mask.png", "z/ClinicalReadings/a.txt"]  # Shenzhen
    for given in (files, files[::-1]):
        rows = {row.path: row.role for row in plan_upload(given)}
        assert [rows[each] for each in files] == ["image", "mask", "left out"]


def test_images_beside_one_that_is_called_otherwise_stay_images():
    images = ["overview.png", *(f"segmented_{number}.png" for number in range(3))]
    assert understood(*images)[0] == {image: [] for image in images}
    assert understood("z/images/a.png", "z/images/mask_1.png", "z/images/mask_2.png")[1] == []
    assert len(understood("scan1.png", "p1.png", "img_2.png", "p2.png")[0]) == 4
    assert len(understood("patient1.png", "page1.png", "unmasked.png", "a_masked.png", "a.png")[0]) == 5
    assert (
        len(understood("overview.png", "label_free.png", "label-free_2.png", "a_nomask.png", "a.png")[0]) == 5
    )
    assert len(understood("overview.png", "label_free.png")[0]) == 2
    # Patients 1 and 2, in a task that has scans 1 and 2.
    assert len(understood("p1.png", "p2.png", known=KNOWN)[0]) == 2


def test_numbers_of_masks_beside_one_image_are_those_of_images_where_images_have_them():
    masks = [f"mask_{number}.png" for number in (1, 2, 3)]
    assert [row.images for row in plan_upload(["img3.png", *masks])] == [(), (), (), ("img3.png",)]
    rows = plan_upload(["img3.png", *masks], known=KNOWN)
    assert [row.images for row in rows] == [(), (), (), ("img3.png",)]
    assert [row.role for row in rows] == ["image", "mask", "mask", "mask"]
    rows = plan_upload(["photo.png", "mask_1.png", "mask_2.png"], known=KNOWN)
    assert [row.images for row in rows] == [(), (), ()]
    # Of a nucleus each, in a folder of their own.
    rows = plan_upload(["z/p7/images/ct.png", "z/p7/masks/1.png", "z/p7/masks/2.png"], known=KNOWN)
    assert [row.images for row in rows[1:]] == [("z/p7/images/ct.png",)] * 2


@pytest.mark.parametrize("mask", ["사진_mask.png", "mask_사진.png"])
def test_why_a_file_is_a_mask_is_said_in_one_language(mask):
    rows = plan_upload(["사진.png", mask], known=())
    (reason,) = [row.reason for row in rows if row.role == "mask"]
    with language.spoken("ko"):
        assert not re.search("[A-Za-z]", reason.said().replace(mask, "").replace("사진.png", ""))


def test_what_is_given_as_a_mask_is_one():
    for name in ("a_lesion.png", "mask_of_a.png", "segmented_a.png", "정답_a.png", "a (lesion).png"):
        assert understood("a.png", masks=[name]) == ({"a.png": [name]}, [])
    (row,) = plan_upload([], ["z.zip/images/a.png"])
    assert row.role == "mask"


def test_a_second_mask_of_an_image_is_left_out_and_says_which_is_used():
    rows = plan_upload(["a.png", "a_mask.png", "a_label.png"])
    assert [row.role for row in rows] == ["image", "mask", "left out"]
    assert rows[2].reason == "a second mask of a.png; a_mask.png is used"
    rows = plan_upload([f"z/{folder}/a.png" for folder in ("images", "lung masks", "infection masks")])
    assert rows[1].reason == "a second mask of a.png; infection masks/a.png is used"


def test_outlines_of_yolo_go_to_the_image_of_their_split():
    files = [
        f"z/{kind}/{split}/a.{end}"
        for split in ("train", "val")
        for kind, end in (("images", "png"), ("labels", "txt"))
    ]
    rows = plan_upload(files)
    assert [row.role for row in rows] == ["image", "outlines"] * 2
    assert [row.images for row in rows[1::2]] == [(files[0],), (files[2],)]


def test_a_mask_of_an_image_of_the_task_is_none_of_the_only_one_that_comes_with_it():
    rows = plan_upload(["z/d/images/b.png", "z/d/masks/a.png"], known=image_keys("a.png"))
    assert rows[1].images == ()


def test_every_file_has_its_reason_in_plain_words():
    rows = plan_upload(["z/images/a.png", "z/masks/a.png", "z/a.npy", "task-1-annotation-2-by-1-tag-x-0.png"])
    assert [row.reason for row in rows] == [
        "image: it lies in images",
        "mask of a.png: it lies in masks",
        "a NumPy array, which is not read; save it as PNG or TIFF",
        "a mask of Label Studio's, whose name does not say its image; name it like its image",
    ]
    assert rows[3].role == "mask" and not rows[3].images


def test_numbers_behind_the_last_dot_of_a_dicom_file_s_name_are_no_suffix():
    rows = plan_upload(["z/1.2.840.1", "z/1.2.840.2", "z/IM.0001", "z/IM.0002"], ["1.2.840.2_mask.png"])
    assert not any(row.namesake for row in rows)
    assert rows[-1].images == ("z/1.2.840.2",)


def test_what_an_export_tells_of_its_masks_is_no_outline_of_them():
    names = ["x_tiff/masks/a.tif", "x_tiff/classes.csv", "x_tiff/provenance.json", "x_tiff/annotations.json"]
    rows = plan_upload(["a.tif"], names)
    assert [row.role for row in rows] == ["image", "mask", "left out", "left out", "outlines"]
