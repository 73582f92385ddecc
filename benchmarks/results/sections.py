"""What is claimed, and the commands that measure it here.

A step is a command of the project. `{data}` stands for the folder of the data sets, `{work}` for the folder
of the runs; each step writes to `{work}/STEP`.
"""

from __future__ import annotations

from dataclasses import dataclass

EXPERIMENTS = "-m core.experiments"
# Chosen on the validation images of chest_xray: depth 5, dropout and each image's own scaling took their mean
# Dice from 0.937 to 0.942.
SKIN_RUN = (
    "train.py --data_dir {data}/skin_lesion --image_size 192 --epochs 40 --batch_size 8 --patience 0 "
    "--name model"
)
LABELS = "--task classify --data_dir {data}/skin_lesion --merge SK=Other_SC"
REFIT = (
    "Settings and threshold were chosen on the validation images by the first run; the second is the same "
    "network trained anew on training and validation images together, with that threshold and no further "
    "choice."
)
XRAY = (
    "--depth 5 --dropout 0.2 --scaling per_image --patience 0 --augment strong rotation=20 zoom=0.25 "
    "--test_flips horizontal"
)
FROM_GENERAL = (
    "--init_from models/general --image_size 384 --batch_size 8 --augment strong zoom=0.3 "
    "--test_flips horizontal --name model"
)


@dataclass(frozen=True)
class Line:
    """One number of the page.

    Attributes:
        what: What is measured.
        theirs: What the write-up says, "–" where it says nothing.
        aim: What this project set out to reach, "–" for none.
        step: Step that measures it.
        arm: Network or fold of the step's table; "" for its first row.
        score: Column of the step's table.
    """

    what: str
    theirs: str
    aim: str
    step: str
    score: str
    arm: str = ""


@dataclass(frozen=True)
class Section:
    """One part of the page.

    Attributes:
        title: Heading.
        claim: What the write-up says, in a sentence; "" where there is none.
        steps: Commands by name, in order.
        lines: Numbers that are set side by side.
        tables: Steps whose whole table and pictures are shown.
        remarks: Sentences on how it was measured and what it does not show.
    """

    title: str
    claim: str
    steps: dict[str, str]
    lines: tuple[Line, ...]
    tables: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


_SCORE = "evaluate.py --split test --both_classes --json {work}/score/report.json"
_SCORE_REFIT = "evaluate.py --split test --both_classes --json {work}/refit_score/report.json"


SECTIONS: dict[str, Section] = {
    "covid_xray": Section(
        title="(a) Lungs on chest X-rays of COVID-19 and other pneumonias",
        claim="tf.data, rotation and flip augmentation, a U-Net with batch normalisation, a cosine schedule, "
        "Adam with sparse categorical cross-entropy and early stopping, on a TPU: accuracy 96 % on training "
        "and 95 % on validation images, loss 0.09 and 0.13.",
        steps={
            "cross_entropy": "train.py --data_dir {data}/chest_xray --epochs 110 --batch_size 4 "
            f"--loss cross_entropy {XRAY} --name model",
            "pixels": "-m benchmarks.results.pixel_scores --data_dir {data}/chest_xray "
            "--model_path {work}/cross_entropy --splits train val",
            "dice": f"train.py --data_dir {{data}}/chest_xray --epochs 160 --batch_size 4 {XRAY} "
            "--name model",
            "score": f"{_SCORE} --data_dir {{data}}/chest_xray --model_path {{work}}/dice",
            "refit": "train.py --data_dir {data}/chest_xray --refit --threshold 0.47 --epochs 160 "
            f"--batch_size 4 {XRAY} --name model",
            "refit_score": f"{_SCORE_REFIT} --data_dir {{data}}/chest_xray --model_path {{work}}/refit",
        },
        lines=(
            Line("accuracy, training images", "0.96", "0.96", "pixels", "accuracy", "train"),
            Line("accuracy, validation images", "0.95", "0.95", "pixels", "accuracy", "val"),
            Line("cross-entropy, training images", "0.09", "0.09", "pixels", "cross_entropy", "train"),
            Line("cross-entropy, validation images", "0.13", "0.13", "pixels", "cross_entropy", "val"),
            Line("Dice, test images", "–", "0.958", "score", "dice", "foreground"),
            Line("Dice, test images, after the refit", "–", "0.958", "refit_score", "dice", "foreground"),
            Line("IoU, test images, after the refit", "–", "–", "refit_score", "iou", "foreground"),
        ),
        remarks=(
            "Training images are augmented while the network learns; accuracy and cross-entropy are measured "
            "on the images as they are, means over images.",
            "51 training, 12 validation and 16 test images; the write-up does not say how many it had.",
            "The Dice aimed at was missed. Tried on validation: depth 4 without dropout (0.937), depth 5 "
            "with dropout, each image's own scaling and stronger turns and zooms (0.942, this run), the same "
            "at 128x128 (0.940), going on from models/lung_xray, whose masks leave the heart out (0.939), or "
            "from that of (b) at 384x384 (0.942 at its best, ended at epoch 43 of 50).",
            REFIT,
        ),
    ),
    "xray": Section(
        title="(b) A U-Net with commands to train, evaluate and predict",
        claim="Dice 0.85 and IoU 0.78; the write-up's images are not at hand, so the set is the chest X-rays "
        "of Montgomery and Shenzhen.",
        steps={
            "dice": f"train.py --data_dir {{data}}/chest_xray_tb {FROM_GENERAL} --epochs 24 --patience 0",
            "score": f"{_SCORE} --data_dir {{data}}/chest_xray_tb --model_path {{work}}/dice",
            "refit": f"train.py --data_dir {{data}}/chest_xray_tb {FROM_GENERAL} --refit --threshold 0.4 "
            "--epochs 24",
            "refit_score": f"{_SCORE_REFIT} --data_dir {{data}}/chest_xray_tb --model_path {{work}}/refit",
        },
        lines=(
            Line("Dice, test images", "0.85", "0.968", "score", "dice", "foreground"),
            Line("Dice, test images, after the refit", "0.85", "0.968", "refit_score", "dice", "foreground"),
            Line("IoU, test images, after the refit", "0.78", "–", "refit_score", "iou", "foreground"),
        ),
        remarks=(
            "Settings were chosen on validation: from models/general at 384x384 (0.9716, the first row). "
            "From scratch at 256x256 depth 4 with fixed scaling had 0.9710 (it ships as models/lung_xray, "
            "and scores 0.9650 on the same test images), depth 5 with dropout and each image's own scaling "
            "0.9701 (0.9653, after a refit 0.9666); from models/general at 256x256 0.9708.",
            "The refit is the same network trained anew on training and validation images together, with the "
            "threshold and the epochs of the first row; it brought nothing. The aim was missed by 0.0001.",
        ),
    ),
    "lung_ct": Section(
        title="(c) FCN against U-Net on lung CT",
        claim="267 slices of 256x256, augmentation, cross-validation: accuracy alike, the U-Net's masks "
        "visibly sharper.",
        steps={
            "compare": f"{EXPERIMENTS} compare --data_dir {{data}}/lung_ct --arms unet fcn fcn8s "
            "--score_split test --epochs 16 --batch_size 8 --patience 0 --scaling hu_window "
            "--augment standard flip_vertical=0.2 --test_flips horizontal",
            "folds": f"{EXPERIMENTS} cross_validate --data_dir {{data}}/lung_ct --arms unet fcn --folds 3 "
            "--epochs 6 --batch_size 8 --patience 0 --scaling hu_window --augment standard",
        },
        lines=(
            Line("Dice of the U-Net, test images", "–", "0.983", "compare", "dice", "U-Net"),
            Line("Dice of the FCN, test images", "–", "–", "compare", "dice", "FCN (no skips)"),
            Line("accuracy of the U-Net, test images", "alike", "–", "compare", "accuracy", "U-Net"),
            Line("accuracy of the FCN, test images", "alike", "–", "compare", "accuracy", "FCN (no skips)"),
            Line("boundary F1 of the U-Net, test images", "sharper", "–", "compare", "boundary_f1", "U-Net"),
            Line("boundary F1 of the FCN, test images", "–", "–", "compare", "boundary_f1", "FCN (no skips)"),
        ),
        tables=("compare", "folds"),
        remarks=("215 of the 267 slices are at hand: 139 for training, 33 for validation, 43 for the test.",),
    ),
    "synthetic": Section(
        title="(d) Noise whose mask is “pixel above a half”",
        claim="1,000 noise images of 128x128, 5-fold cross-validation: accuracy 0.9903, precision 0.9907, "
        "recall 0.9899, F1 0.9903.",
        steps={"folds": f"{EXPERIMENTS} synthetic"},
        lines=(
            Line("accuracy", "0.9903", "0.999", "folds", "accuracy", "all images"),
            Line("precision", "0.9907", "0.999", "folds", "precision", "all images"),
            Line("recall", "0.9899", "0.999", "folds", "recall", "all images"),
            Line("F1", "0.9903", "0.999", "folds", "f1", "all images"),
        ),
        tables=("folds",),
        remarks=(
            "Intensities are scaled by fixed bounds; scaled by each image's own, the mask of a pixel "
            "would depend on the others.",
        ),
    ),
    "nuclei": Section(
        title="Cell nuclei",
        claim="",
        steps={
            "train": "train.py --data_dir {data}/nuclei --epochs 120 --batch_size 8 --patience 0 "
            "--augment turns --scaling per_image --test_flips horizontal vertical --name model",
            "score": f"{_SCORE} --data_dir {{data}}/nuclei --model_path {{work}}/train",
            "refit": "train.py --data_dir {data}/nuclei --refit --threshold 0.63 --epochs 120 --batch_size 8 "
            "--patience 0 --augment turns --scaling per_image --test_flips horizontal vertical --name model",
            "refit_score": f"{_SCORE_REFIT} --data_dir {{data}}/nuclei --model_path {{work}}/refit",
        },
        lines=(
            Line("Dice, test images", "–", "0.87", "score", "dice", "foreground"),
            Line("Dice, test images, after the refit", "–", "0.87", "refit_score", "dice", "foreground"),
            Line("IoU, test images, after the refit", "–", "–", "refit_score", "iou", "foreground"),
        ),
        remarks=(
            "60 training, 16 validation and 20 test images of several kinds of microscopy.",
            REFIT,
            "At 384x384 pixels and 80 epochs the validation Dice was 0.870, against 0.873 of the run above.",
        ),
    ),
    "settings": Section(
        title="Settings and thresholds",
        claim="",
        steps={
            "tune": f"{EXPERIMENTS} tune --data_dir {{data}}/lung_ct --trials 8 --epochs 5 --image_size 128 "
            "--patience 0 --scaling hu_window --augment light standard --batch_size 8 16",
            "sweep": f"{EXPERIMENTS} threshold_sweep --data_dir {{data}}/chest_xray_tb "
            "--model_path models/lung_xray --split val",
        },
        lines=(),
        tables=("tune", "sweep"),
        remarks=("The search and the scores against the threshold, once on real images; validation only.",),
    ),
    "em_membrane": Section(
        title="Neurites and membranes in electron micrographs",
        claim="",
        steps={
            "train": "train.py --data_dir {data}/em_membrane --image_size 512 --epochs 60 --batch_size 2 "
            "--patience 0 --augment turns colour=0 --test_flips horizontal vertical --name model",
            "score": f"{_SCORE} --data_dir {{data}}/em_membrane --model_path {{work}}/train",
        },
        lines=(
            Line("Dice of the cells, test images", "–", "–", "score", "dice", "foreground"),
            Line("Dice of the membranes, test images", "–", "–", "score", "dice", "background"),
        ),
        tables=("score",),
        remarks=(
            "Masks are white inside cells, which are 78 % of the pixels: all white would score 0.88, so the "
            "membranes are what counts.",
            "Neighbouring slices of one animal; nothing is shown of other tissue.",
        ),
    ),
    "skin_masks": Section(
        title="Skin lesions: masks",
        claim="HAM10000, a U-Net with dropout 0.3 and an input of 448x592: IoU 0.7149 at the threshold 0.4; "
        "hair makes outlines go wrong.",
        steps={
            "chosen": "evaluate.py --data_dir {data}/skin_lesion --model_path models/skin_lesion "
            "--split test --both_classes --json {work}/chosen/report.json",
            "at_04": "evaluate.py --data_dir {data}/skin_lesion --model_path models/skin_lesion --split test "
            "--both_classes --threshold 0.4 --json {work}/at_04/report.json",
            "plain": f"{SKIN_RUN} --augment turns",
            "removed": f"{SKIN_RUN} --augment turns --remove_hair",
            "drawn": f"{SKIN_RUN} --augment turns hair=0.3",
            "both": f"{SKIN_RUN} --augment turns hair=0.3 --remove_hair",
            "hair": f"{EXPERIMENTS} hair --data_dir {{data}}/skin_lesion --split val --models {{work}}/plain "
            "{work}/removed {work}/drawn {work}/both",
        },
        lines=(
            Line("IoU at the chosen threshold, test images", "–", "0.78", "chosen", "iou", "foreground"),
            Line("IoU at the threshold 0.4, test images", "0.7149", "0.76", "at_04", "iou", "foreground"),
        ),
        tables=("hair",),
        remarks=(
            "HAM10000 is not at hand; these are 262 dermoscopy images of ISIC 2018, so the numbers of the "
            "two columns are not of the same images.",
            "The first two rows are of the model that ships; the table on hair is of four short runs at 192 "
            "pixels, so only its differences say something.",
        ),
    ),
    "skin_labels": Section(
        title="Skin lesions: labels",
        claim="HAM10000, a ResNet-50: accuracy 0.8504, melanoma F1 0.70 and recall 0.88; classifying the "
        "segmented image instead of the whole one did not help.",
        steps={
            "masks": f"{EXPERIMENTS} cross_validate --data_dir {{data}}/skin_lesion --arms unet --folds 5 "
            "--epochs 40 --batch_size 8 --image_size 128 --patience 0 --augment turns colour=0.15",
            "inputs": f"{EXPERIMENTS} classify --data_dir {{data}}/skin_lesion --merge SK=Other_SC "
            "--masks_from {work}/masks --backbone small --no_pretrained --image_size 128 --epochs 40 "
            "--patience 0 --repeats 2 --test_flips horizontal vertical",
            "model": f"train.py {LABELS} --encoder models/general --image_size 192 --epochs 40 --patience 0 "
            "--input masked --masks_from models/skin_lesion --test_flips horizontal vertical "
            "--about models/skin_lesion_class/about.json",
            "score": f"evaluate.py {LABELS} --model_path {{work}}/model --masks_from models/skin_lesion "
            "--split test --json {work}/score/report.json",
        },
        lines=(
            Line("accuracy, test images", "0.8504", "–", "score", "accuracy"),
            Line("accuracy of always the commonest label", "–", "–", "score", "majority_accuracy"),
            Line("accuracy of chance", "–", "–", "score", "chance_accuracy"),
            Line("balanced accuracy, test images", "–", "–", "score", "balanced_accuracy"),
            Line("melanoma F1, test images", "0.70", "–", "score", "f1_MEL"),
            Line("melanoma recall, test images", "0.88", "–", "score", "recall_MEL"),
            Line("melanoma recall at the alert threshold", "–", "–", "score", "alert_recall"),
            Line("specificity at the alert threshold", "–", "–", "score", "alert_specificity"),
            Line("ROC AUC, mean over labels", "–", "–", "score", "auc"),
        ),
        tables=("inputs",),
        remarks=(
            "169 training, 40 validation and 53 test images against 10,015: no use for anything but showing "
            "the loop.",
            "The model that ships stands on the way down of models/general, which ImageNet taught: "
            "validation cross-entropy 0.844 and AUC 0.791 against 0.971 and 0.707 of the small network from "
            "scratch that shipped before, whose test accuracy was 0.509 and melanoma F1 0.452.",
            "It takes the lesion on black, which had the lowest cross-entropy and the highest AUC of the "
            "three inputs with the small network, if by less than chance could do.",
            "In the comparison of the three inputs each mask is predicted by a network of a cross-validation "
            "that has not seen its image (mean IoU 0.751).",
        ),
    ),
}
