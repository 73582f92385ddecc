"""The words that more than one page shows; those of one page lie in its own folder.

Plain sentences in sentence case; the same word for the same thing everywhere. Names in braces are filled in with
`str.format`. Where they are used they read as the session's language, from the catalogues in `locale/`.
"""

from collections.abc import Mapping

from core.imaging.units import Units
from core.language.lookup import looked_up

APP_NAME = "Mask Loop"

# Side bar
PAGES = {
    "segment": "Segment",
    "review": "Review",
    "fine_tune": "Fine-tune",
    "models": "Models",
    "experiments": "Experiments",
}
LANGUAGE = "Language (언어)"
STREAMLIT = {
    each: each
    for each in (
        *("Skip to main content", "Sidebar", "Collapse sidebar", "Expand sidebar", "Choose an option"),
        *("Choose options", "Open", "Close", "Clear all", "Clear value", "Select all", "No results"),
        *("No options to select.", "Press Enter to apply", "Press Enter to submit form", "Increment"),
        *("Decrement", "Link to heading", "Fullscreen", "Close fullscreen", "Show data", "Show chart"),
        *("Search", "Type to search", "Show/hide columns", "Sort ascending", "Sort descending"),
        *("Pin column", "Unpin column", "Hide column", "Autosize", "Format", "Statistics"),
        *("Download as PNG", "Download as SVG", "Copy Vega-Lite spec", "Vega visualization", "Zoom in"),
        *("Zoom out", "Add files", "file upload", "Running...", "Stop", "Connecting"),
        *("Connecting to Streamlit server", "Unable to connect to Streamlit server", "Help for {name}"),
        *("Remove {name}", "Shortcut {name}", "File must be {name} or smaller."),
        *("{name} files are not allowed.", "This field is required."),
    )
} | {
    "Connection error": "No connection",
    # It goes on to show a command of Streamlit's, which the style hides.
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:": (
        "The server does not answer. This page goes on by itself once it does, and what you draw until then is kept."
    ),
}
"""What Streamlit's own widgets say, and what is shown instead: as they say it, but for what helps nobody."""
TASK = "Task"
BUILT_IN_TASKS = {
    "lung_xray": "Lung X-ray",
    "lung_ct": "Lung CT",
    "skin_lesion": "Skin lesion",
}
SLICE_OF = "{name}, slice {place} of {total}"
SHIPPED_VERSION = "{task} (shipped)"
NUMBERED_VERSION = "Version {number}"
NEW_TASK = "New task"
NEW_TASK_NAME = "What do you want to segment?"
NEW_TASK_EXAMPLE = "Cell nuclei"
NEW_TASK_HELP = (
    "A new task has no model yet: masks start empty, and the first fine-tuning makes its model from scratch."
)
NO_SUCH_TASK = "There is no task {name}; this is another one."
TASK_IS_AWAY = '{name} is put away, and this is another task; "New task" brings it back.'
CREATE_TASK = "Create task"
CHANGE_TASK = "Change task"
TASK_TITLE = "Name of the task"
RENAME_TASK = "Rename"
PUT_AWAY = "Put away"
PUT_AWAY_HELP = (
    "Takes the task out of this list. Its images, masks and models stay, and it can be brought back."
)
PUT_AWAY_DONE = "{name} is put away."
BRING_BACK = "Bring back {name}"
YOUR_NAME = "Your name"
ASK_NAME = "Give your name once; this browser remembers it."
RENAME_ME = "Correct my name"
RENAME_ME_HELP = "Your name above says who works here from now on; this changes what you are called, also on everything you made."
RENAME_ME_TO = "What it should have been"
RENAME_ME_DO = "Change it everywhere"
RENAMED = "You are {name} now, also on what you made before."
KNOWN_NAME = "You go on as {name}, who has worked here before: the drafts and masks under that name are taken for yours. If you are somebody else, give a name of your own."
YOUR_NAME_HELP = "Kept with every mask that you save, so that others know whose it is."
UNEXPECTED_ERROR = "Something went wrong on this page. Your work is kept. Reload the page; if it happens again, the server's log says more."
DRAWN_WAITS = "What you drew and is not saved yet waits in this browser."
TRY_AGAIN = "Try again"

# Segment: upload and samples
UPLOAD_BUTTON = "Upload"

# Segment: strip
FIND = "Find"
FIND_WHAT = "Name or number"
FIND_EXAMPLE = "film_0017, or 500 for the 500th image"
FOUND_NONE = "No image has {text} in its name."
FOUND_MANY = "The first {count}; type more of the name to see fewer."
FILTER = "Show"
LEARNT_FROM_NAMES = {"all": "All", "trainable": "To train on", "locked": "Locked"}

# Segment: right column
NO_MODEL = "None yet (empty masks)"
PREDICTING = "Predicting the mask; the first one loads the model, which takes a few seconds"

# Where people sign in
ADMINS_ONLY = "Admins do this."

# Segment: labels of tasks with a classifier
LABEL = "Label"

# Segment: what is rarely needed
DOWNLOAD_EXPORT = "Download the zip"

# Running job
JOB_KIND = {
    "fine_tune": "Fine-tuning",
    "fine_tune_classifier": "Fine-tuning of labels",
    "fine_tune_clicks": "Fine-tuning of Smart click",
    "experiment": "Experiment",
    "import_folder": "Adding a folder",
    "find_groups": "Looking for images that belong together",
    "predict_all": "Predicting all images",
}
JOB_OF = "{kind}: {what}"
JOB_QUEUED = "waiting to start"
JOB_WAITS = "waits for the running job ({what})"
JOB_STARTING = "starting"
JOB_RUN = "run {run} of {num_runs}"
JOB_EPOCH = "epoch {epoch} of {num_epochs}"
JOB_LEFT = "{time} left"

# Fine-tune
CORRECTED = {
    "several": "You have {count} corrected images.",
    "one": "You have 1 corrected image.",
    "none": "You have no corrected images yet.",
    "help": "Correct and save a few masks on the Segment page first; 5 to 10 already help.",
    "images": "Corrected images",
    "nothing": "All corrected images are locked for comparison. Correct at least one more to train on.",
}
WOULD_TRAIN = "{train} of them would be trained on."
WOULD_TRAIN_AND_VALIDATE = "{train} of them would be trained on, {count} used to choose the best epoch."
LOCKED_NONE = "None is locked for comparison yet: the 2nd, 7th, 12th ... that you save will be."
LOCKED_FLAGGED = (
    "What is locked for comparison is flagged and does not count; nothing is compared until it is mended."
)
LOCKED_UNAPPROVED = (
    "What is locked for comparison is not approved and does not count; nothing is compared until it is."
)
LOCKED_ONE = "1 is locked: the new version is compared with the current one on it."
LOCKED_SOME = "{locked} are locked: the new version is compared with the current one on them."
ABOUT = "About {time} on this machine."
BASE_MODEL = "Base model"
BASE_MODEL_HELP = "Where training starts from. The current version is usually best."
FROM_SCRATCH = "From scratch"
GENERAL_WEIGHTS = "General weights"
EPOCHS = "Epochs"
EPOCHS_HELP = "How many times training sees every image. More takes longer."
START = "Start fine-tuning"
STOP = "Stop"
NOT_TOLD = "Files that do not tell it themselves"
UNITS: Mapping[Units, str] = {"hounsfield": "Hounsfield units (CT)", "grey": "Other grey values"}
STOP_HELP = "Ends training and keeps the best state so far as a candidate."
STOPPING_JOB = "Stopping"
STOPPING_OF = {
    "fine_tune": "Stopping: the best state so far is kept.",
    "fine_tune_classifier": "Stopping: the best state so far is kept.",
    "fine_tune_clicks": "Stopping: the best state so far is kept.",
    "experiment": "Stopping: what is finished is kept.",
    "predict_all": "Stopping: what is predicted is kept.",
}
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
EPOCH = "Epoch"
TRAINING_SERIES = "training"
VALIDATION_SERIES = "validation"
DICE_HELP = (
    "Dice is 1 where two masks agree on every pixel and 0 where they share none; above 0.9 they look alike."
)
RESULT_PROMOTED = "The new version is better and is now in use."
RESULT_KEPT = "The new version is not better, so it is not put into use."
RESULT_ASK = (
    "The locked images do not decide by themselves. Look at the numbers and choose on the Models page."
)
GO_TO_MODELS = "Compare the versions"
GO_TO_SEGMENT = "Go to Segment"

# Fine-tune: labels
WHAT_TO_TRAIN = "What to train"
WHAT_NAMES = {"segment": "Masks", "classify": "Labels", "click": "Smart click"}
CLICKS_HELP = (
    "Smart click learns from the masks of this task. It is compared by what three clicks bring on the locked images, "
    "and only a better one is used."
)
LABELLED = {
    "several": "You have {count} images with a label.",
    "one": "You have 1 image with a label.",
    "none": "You have no images with a label yet.",
    "help": "Give labels on the Segment page first, beside the mask; some of each kind help most.",
    "images": "Images with a label",
    "nothing": "There is no image with both a label and a saved mask to train on that is not locked.",
}
"""The same of labels as `CORRECTED` of masks."""
LABELS_WAITING = "{count} of them count once their mask is saved too."
LABELS_WAITING_ONE = "1 of them counts once its mask is saved too."
LABELS_MISSING = "From scratch each label needs an image to train on; there is none of {labels}."
ACCURACY_HELP = "Accuracy is the part of the images whose most likely label is the right one."

# Models
METRIC_NAMES = {
    "dice": "Dice",
    "iou": "IoU",
    "accuracy": "Accuracy",
    "precision": "Precision",
    "recall": "Recall",
    "f1": "F1",
    "hd95": "HD95, px",
}

# Experiments: the kept ones
GO_ON = "Go on"

# Times
JUST_NOW = "just now"
MINUTES_AGO = "{count} min ago"
HOURS_AGO = "{count} h ago"
SECONDS = "{count} s"
MINUTES = "{count} min"
HOURS = "{count:.1f} h"

looked_up(__name__)
