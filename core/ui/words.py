"""Every word that a page shows, in one place, so that another language can follow.

Plain sentences in sentence case; the same word for the same thing everywhere. Names in braces are filled in with
`str.format`.
"""

APP_NAME = "Mask Loop"

# Side bar
SEGMENT = "Segment"
FINE_TUNE = "Fine-tune"
MODELS = "Models"
TASK = "Task"
NEW_TASK = "New task"
NEW_TASK_NAME = "What do you want to segment?"
NEW_TASK_EXAMPLE = "Cell nuclei"
NEW_TASK_HELP = (
    "A new task has no model yet: masks start empty, and the first fine-tuning makes its model from scratch."
)
CREATE_TASK = "Create task"
YOUR_NAME = "Your name"
YOUR_NAME_HELP = "Kept with every mask that you save, so that others know whose it is."
UNEXPECTED_ERROR = "Something went wrong on this page. Your work is kept. Reload the page; if it happens again, the server's log says more."

# Segment: upload and samples
WHAT_THIS_IS = "Get good masks out of biomedical images, and make the model better by correcting it."
THE_LOOP = "Upload → look at the predicted mask → slide the threshold → correct it → save → fine-tune → use the better model"
UPLOAD = "Upload images"
UPLOAD_HELP = (
    "PNG, JPEG, TIFF (8 or 16 bit), BMP, WebP, DICOM, or a zip of these. Up to {megabytes} MB a file."
)
MASKS = "Existing masks (optional)"
MASKS_HELP = (
    "Masks with the same names as the images, or a zip. A zip with images/ and masks/ folders can hold both."
)
MASK_USE = "Use existing masks as"
MASK_USE_REFERENCE = "reference to compare with"
MASK_USE_START = "starting point to correct"
ATTACH_MASKS = "Attach to the images already here"
READING_FILES = "Reading the files"
MASKS_ADDED = "{count} masks added."
AND_MORE = "and {count} more"
ADDING = "Adding {name} ({done} of {total})"
ADDED = "{count} images added."
ALREADY_THERE = "{count} already there."
REFUSED = "{count} could not be used:"
NOTES = "Good to know:"
SAMPLES = "Sample images"
SAMPLES_CHOOSE = "Choose a sample"
SAMPLES_INTRO = "Or try a sample"
NO_SAMPLES = "This task has no samples. Upload your own images to begin."
MORE_IMAGES = "Add images"

# Segment: strip
FILTER = "Show"
FILTER_NAMES = {"all": "All", "new": "Not looked at", "draft": "Draft", "corrected": "Corrected"}
MARK_WORDS = {"new": "not looked at", "draft": "draft", "corrected": "corrected"}
LOCKED_WORD = "locked for comparison"
LOCKED_HELP = "This image is locked: it is never trained on, and new models are compared on it."
STRIP_LABEL = "Images of this task"
PREVIOUS = "Previous"
NEXT = "Next"
POSITION = "{position} of {total}"

# Segment: right column
MODEL = "Model"
NO_MODEL = "None yet (empty masks)"
CURRENT_VERSION = "{title} (current)"
SAVE = "Save mask"
SAVE_AND_NEXT = "Save and next"
OF_IMAGE = "{name}: {said}"
SAVED = "kept as revision {number}."
SAVED_LOCKED = (
    "kept as revision {number}. It is now locked: new models are compared on it, never trained on it."
)
NEW_PREDICTION = "There is a newer model ({title}). Your corrections stay as they are."
USE_NEW_PREDICTION = "Use the new prediction"
PREDICTING = "Predicting the mask; the first one loads the model, which takes a few seconds"
REVISIONS_NONE = "No revision yet"
REVISION_LINE = "Revision {number} by {who}, {when}"
UNSAVED_CHANGES = "changes since then are kept as a draft"

# Segment: what is rarely needed
HISTORY = "History"
HISTORY_EMPTY = "Nothing is saved yet. Each save is kept here and can be brought back."
RESTORE = "Restore"
RESTORED = "Revision {old} is back, as revision {number}."
REVISION_FACTS = "Threshold {threshold:.2f}, foreground {foreground:.2f} %, {seconds:.0f} s of work."
DISPLAY = "Display"
WINDOW = "Display window"
WINDOW_HELP = (
    "What is black and what is white on the screen, in Hounsfield units. The model keeps its own window."
)
WINDOW_NAMES = {
    "lung": "Lung",
    "soft": "Soft tissue",
    "bone": "Bone",
    "full": "All values",
    "card": "As the model sees it",
}
DOWNLOAD = "Download"
DOWNLOAD_MASK = "Download mask"
DOWNLOAD_OVERLAY = "Download overlay"
PREPARE_EXPORT = "Prepare all saved masks"
DOWNLOAD_EXPORT = "Download all saved masks"
EXPORT_HELP = "A zip in the layout that train.py reads: {count} images with their saved masks; locked ones are its test split."
EXPORT_NONE = "No mask of this task is saved yet."
EXPORTING = "Packing {done} of {total}"
EXPORTED = "{train} images to train on, {test} to test on, {size}."
PROMPTS = "Propose a mask"
PROMPTS_HELP = "Draw a box or a few scribbles and let the computer propose a mask."
DELETE = "Delete image"
DELETE_QUESTION = "{name}, its {count} saved masks and its draft will be deleted for good."
DELETE_YES = "Delete for good"
DELETED = "{name} was deleted."

# Running job
JOB_KIND = {"fine_tune": "Fine-tuning"}
JOB_QUEUED = "waiting to start"
JOB_STARTING = "starting"
JOB_EPOCH = "epoch {epoch} of {num_epochs}"
JOB_LEFT = "{time} left"

# Fine-tune
CORRECTED_COUNT = "You have {count} corrected images."
CORRECTED_COUNT_ONE = "You have 1 corrected image."
CORRECTED_NONE = "You have no corrected images yet."
CORRECTED_NONE_HELP = "Correct and save a few masks on the Segment page first; 5 to 10 already help."
WOULD_TRAIN = "{train} of them would be trained on"
WOULD_VALIDATE = ", {count} used to choose the best epoch"
LOCKED_NONE = "None is locked for comparison yet: the 2nd, 7th, 12th ... that you save will be."
LOCKED_ONE = "1 is locked: the new version is compared with the current one on it."
LOCKED_SOME = "{locked} are locked: the new version is compared with the current one on them."
CORRECTED_LABEL = "Corrected images"
NOTHING_TO_TRAIN = "All corrected images are locked for comparison. Correct at least one more to train on."
ABOUT = "About {time} on this machine."
BASE_MODEL = "Base model"
BASE_MODEL_HELP = "Where training starts from. The current version is usually best."
FROM_SCRATCH = "From scratch"
EPOCHS = "Epochs"
EPOCHS_HELP = "How many times training sees every image. More takes longer; the best state is kept."
START = "Start fine-tuning"
STOP = "Stop"
STOP_HELP = "Ends training and keeps the best state so far as a candidate."
STOPPING = "Stopping: the best state so far is kept."
RETRY = "Start again"
RUNS = "Earlier runs"
NO_RUNS = "No run yet."
LOG = "Log"
LOG_EMPTY = "Nothing is written yet."
RUN_STATUS = {
    "queued": "Waiting",
    "running": "Running",
    "done": "Done",
    "failed": "Failed",
    "stopped": "Stopped",
}
LOSS = "Loss"
DICE = "Dice"
EPOCH = "Epoch"
TRAINING_SERIES = "training"
VALIDATION_SERIES = "validation"
DICE_HELP = (
    "Dice is 1 where two masks agree on every pixel and 0 where they share none; above 0.9 they look alike."
)
RESULT_PROMOTED = "The new version is better and is now in use."
RESULT_KEPT = "The new version is not better. The current one stays in use."
RESULT_ASK = "There are too few locked images to decide. Look at the numbers and choose on the Models page."
GO_TO_MODELS = "Compare the versions"
GO_TO_SEGMENT = "Go to Segment"

# Models
NO_VERSIONS = "This task has no model yet. Correct a few images and start a fine-tuning from scratch."
USE_VERSION = "Use this version"
ROLL_BACK = "Roll back"
ROLL_BACK_HELP = "Go back to {title}, which was in use before."
NOTHING_TO_ROLL_BACK = "There is no earlier version to go back to."
NOW_IN_USE = "{title} is now in use."
STATUS_NAMES = {"current": "In use", "candidate": "Candidate", "retired": "Used before"}
COMPARED = "On {count} locked images: mean Dice {old:.4f} before, {new:.4f} now."
NOT_COMPARED = "Not compared: there were no locked images."
BETTER_WORSE = "{better} images got better, {worse} got worse."
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
CHOSEN_WHY = "Chosen by hand."
ROLLED_BACK_WHY = "Rolled back by hand."
EVENT_NAMES = {"promoted": "put into use", "rolled_back": "rolled back to", "kept": "not put into use:"}
DATA_LINE = "{train} training, {val} validation, {test} test images."
NET_LINE = "U-Net of depth {depth} with {filters} filters at first, input {size} pixels, suggested threshold {threshold:.2f}."
TEST_SCORES = "On its test images (means over images)"
VALIDATION_SCORES = "On its validation images (means over images)"
METRIC_NAMES = {
    "dice": "Dice",
    "iou": "IoU",
    "accuracy": "Accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "hd95": "HD95, px",
}
INTERVAL = "95 % interval {low:.3f} to {high:.3f}"

# Times
JUST_NOW = "just now"
MINUTES_AGO = "{count} min ago"
HOURS_AGO = "{count} h ago"
SECONDS = "{count} s"
MINUTES = "{count} min"
HOURS = "{count:.1f} h"
