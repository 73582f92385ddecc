"""Every word of the Models page; names in braces are filled in with `str.format`."""

from core.language.lookup import looked_up

# Segment: strip
COMPARED_NAMES = {"worse": "Got worse", "better": "Got better", "same": "As before"}

# Fine-tune
DICE = "Dice"

# Models
NOT_COMPARED_LABELS = "Not compared: there were no locked images with a label."
ALERTS_FOUND = "{title} was found in {old} of {count} before, in {new} now."
IMAGE = "Image"
CLASS = "Class"
BEFORE = "Before"
NOW = "Now"
NO_MODEL_SHORT = "none"
TEST_SCORES_LABELS = "On its test images"
VALIDATION_SCORES_LABELS = "On its validation images"
LABEL_METRIC_NAMES = {
    "balanced_accuracy": "Balanced accuracy",
    "accuracy": "Accuracy",
    "auc": "AUC",
    "alert_recall": "Recall of the warning",
}
VIEW_NAMES = {
    "whole": "the whole image",
    "masked": "the image inside the mask",
    "crop": "a square around the mask",
}
CLASSIFIER_LINE = "{backbone} on {view}, input {size} pixels; labels {labels}. {origin}"
NO_VERSIONS = "This task has no model yet. Correct a few images and start a fine-tuning from scratch."
USE_VERSION = "Use this version"
TRAINED_ON_LOCKED = (
    "Trained on {count} images that turned out to belong to locked ones and are locked by now: on those its scores say "
    "nothing."
)
ROLL_BACK = "Roll back"
ROLL_BACK_HELP = "Go back to {title}, which was in use before."
NOTHING_TO_ROLL_BACK = "There is no earlier version to go back to."
NOW_IN_USE = "{title} is now in use."
MODEL_FOLDER = "Export this model"
MODEL_FOLDER_HELP = (
    "A zip that other programs run: Keras, ONNX and OpenVINO, the card as README.md, and a test with its "
    "answer. It is made and tried, which takes up to a minute."
)
MODEL_FOLDER_MAKE = "Prepare the folder"
MODEL_FOLDER_MAKING = "Writing the model for other programs"
MODEL_FOLDER_DONE = "{size}. Each file was tried and gives what the model gives here."
STATUS_NAMES = {"current": "In use", "candidate": "Candidate", "retired": "Used before"}
NOT_COMPARED = "Not compared: there were no locked images."
NOT_THERE = (
    "In no locked image: {classes}. Dice is then 1 where nothing of it is found and 0 where something is, so that "
    "number says little."
)
LOOK_AT_LOCKED = "Look at the locked images, worst first"
LOCKED_IMAGES = "Locked images, before and now"
GOT_WORSE = "worse"
GOT_BETTER = "better"
SAME = "as before"
SAVED_MASK = "Saved by {who}"
CARD = "Card"
LIMITS = "Limits of use"
HISTORY_OF_USE = "What was in use"
MADE_BY = "Made by {who}, {when}"
SHIPPED = "Came with the program"
BY_ITSELF = "by itself"
EVENT_LINES = {
    "promoted": "{when}, {who}: put into use {title}. {why}",
    "rolled_back": "{when}, {who}: rolled back to {title}. {why}",
    "kept": "{when}, {who}: not put into use: {title}. {why}",
}
DATA_LINE = "{train} training, {val} validation, {test} test images."
NET_LINE = "U-Net of depth {depth} with {filters} filters at first, input {size} pixels, suggested threshold {threshold:.2f}."
TEST_SCORES = "On its test images (means over images)"
VALIDATION_SCORES = "On its validation images (means over images)"
INTERVAL = "95 % interval {low:.3f} to {high:.3f}"

looked_up(__name__)
