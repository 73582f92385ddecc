"""What `python -m core.experiments KIND --help` says."""

from __future__ import annotations

from core.language.sentence import Sentence

SUMMARY = Sentence("""\
Experiments: the same training runs put side by side so that a number can be trusted.

  compare          FCN, FCN-8s and U-Net on the same splits and budget
  cross_validate   k folds of train and val, patients kept together
  tune             a search for settings by validation Dice
  synthetic        noise images whose right answer is known, in folds
  threshold_sweep  a model's scores against the threshold
  classify         the inputs of a classifier on the same folds
  hair             models on images with and without hair

Each has its own --help. Everything goes into one folder: experiment.json (settings, seed,
versions, hashes of the data), progress.jsonl, runs/, results.json, table.csv, report.md and
pictures. Ctrl-C keeps what is finished; --resume DIR goes on from there. A single run is
trained once more by train.py --rerun DIR/runs/RUN.""")

COMPARE = Sentence("""\
Train several networks on the same splits, seed and budget, and compare their masks.

The networks: unet; fcn (the U-Net without its skip concatenations); fcn8s (after Long et
al. 2015); unet_valid (the U-Net with the paper's unpadded convolutions). Each chooses its
best epoch and its threshold on validation. Table: Dice, IoU, accuracy, precision, recall,
HD95 and boundary F1 with bootstrap 95 % intervals, parameters and seconds; between U-Net
and each other network a paired Wilcoxon test over images; curves and predictions of all
networks in one picture each. With --classes each class has its Dice; the other scores, and
the tests, are of the means over the foreground classes.

The test split is scored only with --score_split test, and each such scoring is written to
test_scorings.csv in the folder, and to --test_log where one is given.""")

COMPARE_EXAMPLES = """\
  python -m core.experiments compare --data_dir dataset --epochs 30
  python -m core.experiments compare --data_dir dataset --arms unet fcn --image_size 192
  python -m core.experiments compare --data_dir dataset --score_split test --test_log docs/log.csv
  python -m core.experiments compare --resume experiments/compare-20260102-101500"""

CROSS_VALIDATE = Sentence("""\
Cross-validate: k folds of train and val together; no test image is scored.

Images of one patient stay in one fold: the patient's column is looked for in the CSV that
lies in DATA_DIR (patientid, patient, subject, lesion_id, ...), or named. Nearly equal
images stay together too. Of each fold's training images --val_part choose epoch and
threshold; the fold itself chooses nothing. Table: each fold, mean and standard deviation
over folds, all out-of-fold images with bootstrap 95 % intervals, and all their pixels. The
out-of-fold masks are kept, out_of_fold.csv says where. With --classes the masks are class
indices, each class has its Dice, and the other scores are means over the foreground ones.""")

CROSS_VALIDATE_EXAMPLES = """\
  python -m core.experiments cross_validate --data_dir dataset --folds 5 --epochs 20
  python -m core.experiments cross_validate --data_dir dataset --arms fcn unet --folds 3
  python -m core.experiments cross_validate --data_dir dataset --stratify_column label"""

TUNE = Sentence("""\
Search for settings by validation Dice with Optuna; weak trials are cut short.

Searched: learning rate, base filters, batch size, dropout, augmentation and loss, each in
the range or among the choices that its flag gives. The study is kept in study.db, so that
--resume goes on with it, with more --trials if they are given. Written besides: the trials
as a table and a picture, which settings mattered, and best_command.txt, the train.py
command with the best settings. The test split is not touched.""")

TUNE_EXAMPLES = """\
  python -m core.experiments tune --data_dir dataset --trials 20 --epochs 15
  python -m core.experiments tune --data_dir dataset --timeout_minutes 30 --base_filters 8 16
  python -m core.experiments tune --resume experiments/tune-20260102-101500 --trials 40"""

SYNTHETIC = Sentence("""\
Cross-validate on made-up images whose right answer is known.

Each image is uniform noise, its mask "pixel above a half" of the stored value. The input is
scaled by its fixed range, since scaling by each image's own range would move the half. What
is missing to 1 in accuracy, precision, recall or F1, training has lost.""")

SYNTHETIC_EXAMPLES = """\
  python -m core.experiments synthetic
  python -m core.experiments synthetic --num_images 200 --folds 3 --epochs 4"""

THRESHOLD_SWEEP = Sentence("""\
Score a model at every threshold from 0 to 1 in steps of 0.01.

Written: Dice, IoU, precision and recall against the threshold as a picture and as
thresholds.csv, means over the images of the split, the best Dice marked. A model of several
classes has no threshold and is refused.""")

THRESHOLD_SWEEP_EXAMPLES = """\
  python -m core.experiments threshold_sweep --data_dir dataset --model_path models/lung_xray"""


OF_KIND = {
    "compare": (COMPARE, COMPARE_EXAMPLES),
    "cross_validate": (CROSS_VALIDATE, CROSS_VALIDATE_EXAMPLES),
    "tune": (TUNE, TUNE_EXAMPLES),
    "synthetic": (SYNTHETIC, SYNTHETIC_EXAMPLES),
    "threshold_sweep": (THRESHOLD_SWEEP, THRESHOLD_SWEEP_EXAMPLES),
}
"""What each kind is, and commands to try."""
