"""Every word that a page shows, in one place, so that another language can follow.

Plain sentences in sentence case; the same word for the same thing everywhere. Names in braces are filled in with
`str.format`. Where they are used they read as the session's language, from the catalogues in `locale/`.
"""

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
TASK = "Task"
NEW_TASK = "New task"
NEW_TASK_NAME = "What do you want to segment?"
NEW_TASK_EXAMPLE = "Cell nuclei"
NEW_TASK_HELP = (
    "A new task has no model yet: masks start empty, and the first fine-tuning makes its model from scratch."
)
NO_SUCH_TASK = "There is no task {name}; this is another one."
CREATE_TASK = "Create task"
YOUR_NAME = "Your name"
ASK_NAME = "Give your name once; this browser remembers it."
YOUR_NAME_HELP = "Kept with every mask that you save, so that others know whose it is."
PASSWORD = "Password"
SIGN_IN = "Sign in"
SIGN_OUT = "Sign out"
SIGN_IN_FIRST = "Sign in first."
SIGN_IN_MISSING = (
    "This server can be reached from other machines, so people must sign in, and nobody can yet. Name a sign-in "
    "service in .streamlit/secrets.toml, or let people in with `python -m core.people add NAME`; "
    "docs/server.md tells how."
)
SIGN_IN_ELSEWHERE = (
    "This form was sent by a page of another server; open the sign-in page here and try again."
)
SIGN_IN_WRONG = "Name or password is wrong."
SIGN_IN_WAIT = "There were too many wrong passwords; try again in {seconds} s."
SIGN_IN_SERVICE = "Sign in to see the images of this workspace."
SIGN_IN_ENDED = "Your session has ended. Sign in again; what you drew is kept."
NOT_LISTED = "{name} is signed in, but not on the list of this workspace. Ask an admin to add you."
YOUR_ROLE = "You work here as {role}."
ROLES = {"reader": "reader", "reviewer": "reviewer", "admin": "admin"}
UNEXPECTED_ERROR = "Something went wrong on this page. Your work is kept. Reload the page; if it happens again, the server's log says more."

# Segment: somebody else is on the image
TAKEN = "{who} is on this image. You can look at it; it is free once they go to another one, and 90 seconds after their last sign."

# Segment: upload and samples
WHAT_THIS_IS = "Get good masks out of biomedical images, and make the model better by correcting it."
THE_LOOP = "Upload → look at the predicted mask → slide the threshold → correct it → save → fine-tune → use the better model"
UPLOAD = "Upload images"
UPLOAD_BUTTON = "Upload"
UPLOAD_HELP = "PNG, JPEG, TIFF (8 or 16 bit), BMP, WebP, GIF, DICOM, NIfTI, stacks and series, or a zip of these. Up to {megabytes} MB an image, 1 GB a zip."
MASKS = "Existing masks (optional)"
MASKS_HELP = (
    "Masks with the same names as the images, or a zip. A zip with images/ and masks/ folders can hold both."
)
MASK_USE = "Use existing masks as"
MASK_USES = {"reference": "reference to compare with", "start": "starting point to correct"}
ATTACH_MASKS = "Attach to the images already here"
READING_FILES = "Reading the files"
READING_MASKS = "Reading the masks ({done} of {total})"
UNDERSTOOD = "How these files are understood"
UNDERSTOOD_LINE = "{images} images, {masks} masks, {rest} not used. Nothing is stored yet."
UNDERSTOOD_HELP = "Press on a role to change it. The other columns follow."
UNDERSTOOD_MORE = "The table shows the first {count} files; all of them are added."
UNDERSTOOD_COLUMNS = {
    "file": "File",
    "role": "Role",
    "image": "Mask of",
    "values": "Values",
    "note": "Why",
}
ROLE_NAMES = {"image": "Image", "mask": "Mask", "outlines": "Outlines", "left out": "Not used"}
NO_IMAGE_OF_MASK = "no image has its name"
IMAGE_IN_TASK = "an image of this task"
VALUES_FOREGROUND = "foreground is {values}"
VALUES_ABOVE_0 = "foreground is all above 0"
VALUES_NONE = "no foreground"
VALUES_UNDECIDED = "{values} is undecided"
VALUES_UNCLEAR = "unclear: {values}"
WHAT_IS_FOREGROUND = "{count} masks hold the values {values}. Which are foreground?"
WHAT_IS_FOREGROUND_HELP = (
    "The answer is kept for this task, for uploads and folders. Masks that tell it themselves need none."
)
READING_ALL = "All above 0"
READING_ALL_BUT = "All but {undecided}, which is undecided"
READING_ONLY = "Only {values}"
READING_EMPTY = "None: these masks are empty"
READING_LEAVE = "Leave these masks out"
KEPT_ANSWER = "Unclear masks of this task, with the values {values}: {answer}."
KEPT_FORGET = "Ask again"
ADD_FILES = "Add"
MASKS_ADDED = "{count} masks added."
AND_MORE = "and {count} more"
ADDING = "Adding {name} ({done} of {total})"
STOP_ADDING = "Stop adding"
ADDING_STOPPED = "Stopped. What is in stays; add the same files again to go on."
ADDED = "{count} images added."
ALREADY_THERE = "{count} already there."
REFUSED = "{count} could not be used:"
NOTES = "Good to know:"
FOLDER = "A folder on this machine"
FOLDER_PATH = "Folder"
FOLDER_EXAMPLE = "/home/kim/films"
FOLDER_HELP = (
    "Every image below it is added, in the background; files below a folder named masks are taken as masks."
)
FOLDER_ADD = "Add the folder"
FOLDER_RUNS = "{folder} is being added; the side bar says how far it is. It goes on when this page is closed."
FOLDER_DONE = "{folder}: {added} added, {known} already there, {masks} masks, {refused} could not be used."
SAMPLES = "Sample images"
SAMPLES_CHOOSE = "Choose a sample"
SAMPLES_INTRO = "Or try a sample"
NO_SAMPLES = "This task has no samples. Upload your own images to begin."
MORE_IMAGES = "Add images"

# Segment: stacks
STACK_CAPTION = "{count} slices · {name}"
STACK_CORRECTED = "{done} of {total} slices corrected"
SLICE = "Slice"
SLICE_HELP = "Page up and Page down, or Alt and the wheel over the picture, go through the slices."
SLICE_PLACE = "Slice {place} of {total}"
SLICE_AT = " · {mm:.1f} mm from the first"
SLICE_SPACING = " · {size} mm"
SLICES_DRAWN = "{drawn} of {total} slices drawn or saved"
COPY_BEFORE = "Copy previous"
COPY_AFTER = "Copy next"
COPY_HELP = "Lay the mask of the neighbouring slice over this one; undo takes it back."
FILL_BETWEEN = "Fill in between"
FILL_HELP = "Fill the slices between the nearest drawn ones before and after by shape. They become drafts to look at; drawn slices are left alone."
FILLED = "{count} slices between {first} and {last} are filled in as drafts. Look at each and save it."
FILLED_DRAFT = "Filled in between drawn slices, not looked at yet. Correct it, or save it as it is."
DOWNLOAD_STACK = "Download the stack's masks"
DOWNLOAD_STACK_HELP = "{saved} of {total} slices are saved; the others are empty in the file."

# Segment: strip
FIND = "Find"
FIND_WHAT = "Name or number"
FIND_EXAMPLE = "film_0017, or 500 for the 500th image"
GROUPS = "Groups"
GROUPS_LINE = "{images} images in {groups} groups"
GROUPS_HELP = (
    "A group is what must not be separated: a patient, a study, one picture twice. Its images are locked or trained "
    "on together."
)
GROUP_ALONE = "{name} is in a group of its own."
GROUP_OF = {
    "single": "{name} belongs with these images.",
    "hand": "{name} was put together with these by hand.",
    "patient": "{name} is of the same patient as these.",
    "study": "{name} is of the same study as these.",
    "volume": "{name} is of the same volume as these.",
    "pattern": "{name} has the same beginning of its name as these.",
    "column": "{name} is of the same group of the table as these.",
    "same_pixels": "{name} has the same pixels as these.",
    "alike": "{name} looks nearly like these.",
}
GROUP_LEAVE = "Take this image out"
GROUP_LEAVE_HELP = "It gets a group of its own, and stays out. What is locked stays locked."
GROUP_JOIN = "Put together with"
GROUP_PATTERN = "Names that belong together"
GROUP_PATTERN_HELP = (
    "A separator such as _ : everything before the first one names the group. Or a regular expression with one "
    "group in brackets, such as ^(P[0-9]+). Empty for none."
)
GROUP_PATTERN_USE = "Use"
GROUP_TABLE = "A table of groups"
GROUP_TABLE_HELP = "A CSV with a column of image names and one that says which belong together, such as the patient. Only these two are kept."
GROUP_COLUMN = "Column of groups"
GROUP_COLUMN_USE = "Use this column"
GROUP_COLUMN_USED = "The column {column} of a table says which images belong together."
GROUPS_LOOK = "Look for images that belong together"
GROUPS_LOOK_HELP = "Also done at the beginning of each fine-tuning."
GROUPS_FOUND = "Looked at {images} images last: {groups} groups."
GROUPS_LOCKED = "Locked since, and no longer trained on: {count}."
FOUND_NONE = "No image has {text} in its name."
FOUND_MANY = "The first {count}; type more of the name to see fewer."
NO_SUCH_IMAGE = "This task has no image number {number}; it may have been deleted."
FILTER = "Show"
FILTER_NAMES = {
    "all": "All",
    "new": "Not looked at",
    "draft": "Draft",
    "corrected": "Corrected",
    "flagged": "Flagged",
}
LEARNT_FROM_NAMES = {"all": "All", "trainable": "To train on", "locked": "Locked"}
COMPARED_NAMES = {"worse": "Got worse", "better": "Got better", "same": "As before"}
MARK_WORDS = {
    "new": "not looked at",
    "draft": "draft",
    "corrected": "corrected",
    "flagged": "flagged by a reviewer",
}
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
CHOOSE_DRAFT_FIRST = "First choose in the editor which of the two drafts goes on, then the model."
PREDICTING = "Predicting the mask; the first one loads the model, which takes a few seconds"
FOUND_NOTHING = "The model found nothing in this image."
FOUND_NOTHING_HELP = "A lower threshold shows what it is less sure of. Or propose a mask below, or paint one."
FOUND_NOTHING_AT_ANY = "A lower threshold does not help. Propose a mask below, or paint one; if nothing is there, save it as it is."
LOWER_THRESHOLD = "Lower the threshold to {threshold:.2f}"
REVISIONS_NONE = "No revision yet"
REVISION = "Revision {number}"
REVISION_LINE = "Revision {number} by {who}, {when}"
UNSAVED_CHANGES = "changes since then are kept as a draft"

# Segment: labels of tasks with a classifier
LABELS_TITLE = "How likely each label is"
NO_DIAGNOSIS = "A guess, no diagnosis."
ALERT_LINE = "From the tick on ({percent:.0f} %) it counts as {title}."
ASKING = "Working out the labels; the first time loads the model, which takes a few seconds"
LABELS_FAILED = "The labels could not be worked out; the server's log says why."
LOOKED_AT = "What the network looked at"
LOOKED_AT_FOR = "What spoke for"
LOOKED_AT_HELP = "Bright is what spoke for this label, and a white line bounds the strongest part. The orange line is the mask. All dark: nothing spoke for it."
LABEL = "Label"
LABEL_NONE = "Not given"
LABEL_BY = "By {who}, {when}"
LABEL_HISTORY = "Labels"
LABEL_LINE = "{label} by {who}, {when}"
LABEL_SHOWN = "the model had said {percent:.0f} %"

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
SAVED_MASKS = "Saved masks as"
EXPORT_WHICH = "Which masks"
EXPORT_WHICH_NAMES = {
    "image": "This image",
    "saved": "All {count} saved",
    "approved": "Approved ones",
}
FORMAT_NAMES = {
    "training": "Training folder",
    "png": "PNG",
    "indexed_png": "PNG with a colour table",
    "tiff": "TIFF",
    "nifti": "NIfTI",
    "dicom_seg": "DICOM segmentation",
    "coco": "COCO",
    "yolo": "YOLO polygons",
    "measures": "Measures as CSV",
}
FORMAT_HELP = {
    "training": "Images and masks as train.py reads them. Locked images are the test split.",
    "png": "Black and white, or class numbers where there are several classes. 255 is undecided then.",
    "indexed_png": "Class numbers that viewers show in the colours of the classes, as Pascal VOC has it.",
    "tiff": "Class numbers, with the size of a pixel where the image says it.",
    "nifti": "Class numbers that lie exactly where a DICOM image lies. Other images get a pixel of 1 mm.",
    "coco": "Pictures and one JSON with every part as run lengths, holes kept.",
    "yolo": "Pictures, one text file of polygons each, and data.yaml. Locked images are the test split.",
    "measures": "Area, outline, box, parts, mean grey and Dice to the prediction, a row for each image and class.",
}
DICOM_SEG_WARNING = (
    "For DICOM images alone. The file carries the patient's name, number, sex and date of birth as its image "
    "has them. No other format here does."
)
PREPARE_EXPORT = "Prepare"
DOWNLOAD_EXPORT = "Download the zip"
EXPORT_NONE = "No mask of this task is saved yet."
EXPORTING = "Packing {done} of {total}"
EXPORTED_SPLITS = "{train} images to train on, {test} to test on, {size}."
EXPORTED = "{count} masks, {size}."
PROMPTS = "Propose a mask"
PROMPTS_HELP = "Draw a box or a few scribbles and let the computer propose a mask."
DELETE = "Delete image"
DELETE_QUESTION = "{name}, its {count} saved masks and its draft will be deleted for good."
DELETE_YES = "Delete for good"
DELETED = "{name} was deleted."

# Running job
JOB_KIND = {
    "fine_tune": "Fine-tuning",
    "fine_tune_classifier": "Fine-tuning of labels",
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
CORRECTED_COUNT = "You have {count} corrected images."
CORRECTED_COUNT_ONE = "You have 1 corrected image."
CORRECTED_NONE = "You have no corrected images yet."
CORRECTED_NONE_HELP = "Correct and save a few masks on the Segment page first; 5 to 10 already help."
WOULD_TRAIN = "{train} of them would be trained on."
WOULD_TRAIN_AND_VALIDATE = "{train} of them would be trained on, {count} used to choose the best epoch."
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
EPOCHS_HELP = "How many times training sees every image. More takes longer."
START = "Start fine-tuning"
STOP = "Stop"
STOP_HELP = "Ends training and keeps the best state so far as a candidate."
STOPPING_JOB = "Stopping"
STOPPING_OF = {
    "fine_tune": "Stopping: the best state so far is kept.",
    "fine_tune_classifier": "Stopping: the best state so far is kept.",
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
DICE = "Dice"
EPOCH = "Epoch"
TRAINING_SERIES = "training"
VALIDATION_SERIES = "validation"
DICE_HELP = (
    "Dice is 1 where two masks agree on every pixel and 0 where they share none; above 0.9 they look alike."
)
RESULT_PROMOTED = "The new version is better and is now in use."
RESULT_KEPT = "The new version is not better. The current one stays in use."
RESULT_ASK = (
    "The locked images do not decide by themselves. Look at the numbers and choose on the Models page."
)
GO_TO_MODELS = "Compare the versions"
GO_TO_SEGMENT = "Go to Segment"

# Fine-tune: labels
WHAT_TO_TRAIN = "What to train"
WHAT_NAMES = {"masks": "Masks", "labels": "Labels"}
LABELLED_COUNT = "You have {count} images with a label."
LABELLED_COUNT_ONE = "You have 1 image with a label."
LABELLED_NONE = "You have no images with a label yet."
LABELLED_NONE_HELP = "Give labels on the Segment page first, beside the mask; some of each kind help most."
LABELLED_LABEL = "Images with a label"
LABELS_WAITING = "{count} of them count once their mask is saved too."
LABELS_WAITING_ONE = "1 of them counts once its mask is saved too."
LABELS_MISSING = "From scratch each label needs an image to train on; there is none of {labels}."
NOTHING_TO_TRAIN_LABELS = (
    "There is no image with both a label and a saved mask to train on that is not locked."
)
ACCURACY = "Accuracy"
ACCURACY_HELP = "Accuracy is the part of the images whose most likely label is the right one."

# Models
MODELS_OF_MASKS = "Masks"
MODELS_OF_LABELS = "Labels"
NOT_COMPARED_LABELS = "Not compared: there were no locked images with a label."
ALERTS_FOUND = "{title} was found in {old} of {count} before, in {new} now."
LABELS_OF_LOCKED = "Locked images, before and now"
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
MODEL_FOLDER = "Take this model away"
MODEL_FOLDER_HELP = (
    "A zip that other programs run: Keras, ONNX and OpenVINO, the card as README.md, and a test with its "
    "answer. It is made and tried, which takes up to a minute."
)
MODEL_FOLDER_MAKE = "Prepare the folder"
MODEL_FOLDER_MAKING = "Writing the model for other programs"
MODEL_FOLDER_DONE = "{size}. Each file was tried and gives what the model gives here."
STATUS_NAMES = {"current": "In use", "candidate": "Candidate", "retired": "Used before"}
NOT_COMPARED = "Not compared: there were no locked images."
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

# Experiments: what they are for, and what one is asked
EXPERIMENTS_FOR = "Find out how far a number can be trusted: train the same way several times, side by side, and let the app do the statistics."
TRY_IT = "Try it on made-up images"
TRY_IT_HELP = "Needs no data and takes about a minute: {images} pictures of noise whose right mask is known."
KIND_QUESTION = "What do you want to know?"
KIND_TITLES = {
    "compare": "Compare networks",
    "cross_validate": "Cross-validate",
    "tune": "Tune the settings",
    "threshold_sweep": "Sweep the threshold",
    "synthetic": "Synthetic check",
}
KIND_QUESTIONS = {
    "compare": "Is the U-Net really better than a simpler network on these images?",
    "cross_validate": "How far can a score be trusted? Each image is scored by a model that never saw it.",
    "tune": "Which learning rate, network size, loss and augmentation work best here?",
    "threshold_sweep": "From which probability on should a pixel count as foreground?",
    "synthetic": "Does training work on this machine? Made-up images, the right answer is known.",
}
DATA = "Images"
DATA_TASK = "Corrected images of {task} ({count})"
DATA_FOLDER = "A folder on this machine"
DATA_TASK_HELP = (
    "{train} to train on, {val} to score. Locked images stay out; images that look alike stay together."
)
DATA_TASK_TOO_FEW = "An experiment needs at least {fewest} corrected images that are not locked; {task} has {count}. Correct a few more, or choose a folder."
DATA_PATH = "Folder"
DATA_PATH_EXAMPLE = "/home/kim/lungs"
DATA_PATH_HELP = "With train/images and train/masks in it, and val/images and val/masks if you have them; a mask has the name of its image."
DATA_FOLDER_COUNTS = "{train} images to train on, {val} to score."
DATA_FOLDER_COUNTS_NO_VAL = "{train} images; a part of them is set aside to score."
DATA_FOLDER_MISSING = "There is no folder {path}."
DATA_FOLDER_NO_TRAIN = "{path} has no folder {split}/images; expected {split}/images and {split}/masks in it."
DATA_FOLDER_EMPTY = "There are no images in {path}/{split}/images."
DATA_FOLDER_UNREADABLE = "{path} cannot be read ({reason})."
DATA_FOLDER_BAD = "{path} cannot be used: {problem}"
DATA_FOLDER_MORE = "And {count} more of this kind."
DATA_CHECKING = "Looking at image {done} of {total}"
ARMS = "Networks"
ARMS_CHOOSE = "Choose networks"
ARMS_ONE_HELP = "Choose at least two networks to compare."
ARMS_NONE_HELP = "Choose at least one network."
FOLDS = "Folds"
FOLDS_HELP = (
    "The images are dealt into this many parts; each part is scored once by a model trained on the others."
)
FOLDS_TOO_MANY = "There are only {count} images; choose no more folds than that."
EPOCHS_OF_RUN = "Epochs of each run"
TRIALS = "Trials"
TRIALS_HELP = "Settings that are tried; weak ones are cut short."
NUM_IMAGES = "Made-up images"
SWEEP_MODEL = "Model"
SWEEP_NO_MODEL = "This task has no model yet; fine-tune one first."
SWEEP_TITLE = "Thresholds of {model} on {data}"
SWEEP_SEEN = "Images that the model was trained on make it look better than it is on new ones."
SWEEP_NEEDS_VAL = "The folder has no val/images and val/masks to choose a threshold on; add them, or choose the corrected images."
MORE_SETTINGS = "More settings"
IMAGE_SIZE = "Image side in training, px"
BATCH_SIZE = "Images a step"
BASE_FILTERS = "First filters"
BASE_FILTERS_HELP = "Width of the network; twice as many take up to four times as long."
LOSS_FUNCTION = "Loss function"
LOSS_FUNCTIONS = {
    "bce_dice": "Cross-entropy + Dice",
    "bce": "Cross-entropy",
    "dice": "Dice",
    "focal": "Focal",
    "tversky": "Tversky",
}
SEED = "Seed"
SEED_HELP = "Equal seeds repeat the same run."
MOST_MINUTES = "Stop after, minutes"
MOST_MINUTES_HELP = "No further trial begins after that long; 0 for no limit."
START_EXPERIMENT = "Start experiment"
ANOTHER_EXPERIMENT = "Plan another one; it waits until the running job has ended"
ABOUT_RUNS = "About {time} on this machine ({runs} training runs)."
ABOUT_RUN = "About {time} on this machine."

# Experiments: the running one
STOP_EXPERIMENT_HELP = "Ends the experiment; what is finished is kept and shown."
REMOVE_FROM_QUEUE = "Remove from the queue"
VALIDATION_DICE = "Validation Dice"
VALIDATION_LOSS = "Validation loss"
TRAINING_DICE = "Training Dice"
TRAINING_LOSS = "Training loss"
CURVES_COME = "The curves begin after the first epoch."
CURVES_QUIET = "In colour: the best {count} so far; in grey the others."

# Experiments: the kept ones
EXPERIMENTS_KEPT = "Kept experiments"
EXPERIMENTS_MORE = "Show all {count}"
OPEN_EXPERIMENT = "Open"
OPEN_EXPERIMENT_LABEL = "Open {title}"
ALL_EXPERIMENTS = "All experiments"
EXPERIMENT_GONE = "This experiment is not here any more."
EXPERIMENT_BY = "by {who}"
EXPERIMENT_NO_RESULT = "Nothing was finished, so there are no numbers."
EXPERIMENT_RUNS_NOW = "This experiment runs now; its numbers come when it ends."
BETTER_BY = "{better} is better than {other} by {difference:.4f} Dice (95 % interval {low:.4f} to {high:.4f}, {images} images), which chance alone would rarely give ({p})."
NOTHING_DECIDED = "Between {first} and {second} nothing is decided: they differ by {difference:+.4f} Dice (95 % interval {low:+.4f} to {high:+.4f}, {images} images), which chance alone could give ({p})."
EXPERIMENT_STOPPED = "It ended before all of it was done; what was finished is kept."
GO_ON = "Go on"
GO_ON_HELP = "Finished runs are not trained again."
CURVES = "Curves"
EXPERIMENT_NOTES = "How it was measured"
REPEAT = "Repeat it in a terminal"
REPEAT_HELP = "The same experiment as a command, in the folder of this program."
DOWNLOAD_REPORT = "Download report"
DOWNLOAD_REPORT_HELP = "A zip with the report, the table as CSV, all numbers as JSON and the pictures."
DOWNLOAD_TABLE = "Table as CSV"
EXPERIMENT_FOLDER = "Everything, the trained models among it, lies in {path}"
HOW_TO_READ = "How to read the numbers"
INTERVAL_READ = "**95 % interval** (low to high): where the mean over all images of this kind would plausibly lie, judged from how much the images at hand differ."
READ_COLUMNS = {
    "dice": "**Dice** is 1 where two masks agree on every pixel and 0 where they share none: at 0.93 the overlap is 93 % of the average area of the two masks.",
    "val_dice": "**Dice** is 1 where two masks agree on every pixel and 0 where they share none: at 0.93 the overlap is 93 % of the average area of the two masks.",
    "precision": "**Precision** is the part of the predicted foreground that is right, **recall** the part of the true foreground that was found; **F1** and Dice weigh both alike, **IoU** is the same more strictly.",
    "hd95": "**HD95** is how far the outlines lie apart in pixels, the worst 5 % left out (smaller is better); **boundary F1** is the part of the outline that lies within the tolerance (larger is better).",
}
READ_KINDS = {
    "compare": "**p** is how often chance alone would give a difference at least this large if both were equally good. Below 0.05 chance alone would rarely give it; above, nothing is decided.",
    "cross_validate": "**± sd** is how much the score changes from fold to fold: a new model of the same kind would usually score within about that of the mean.",
    "tune": "A **pruned** trial was cut short, since earlier ones had been better at the same epoch. **Importance** is how much of the difference between trials a setting explains; with few trials it is a hint, no more.",
    "synthetic": "Every pixel's right answer is known here, so a healthy training comes close to 1 in all columns (0.99 and more, given enough epochs); clearly less means that something is wrong with this machine's set-up.",
    "threshold_sweep": "**Threshold**: from this probability on a pixel counts as foreground. Lower finds more (recall), higher is surer (precision); Dice and IoU weigh both.",
}

# Times
JUST_NOW = "just now"
MINUTES_AGO = "{count} min ago"
HOURS_AGO = "{count} h ago"
SECONDS = "{count} s"
MINUTES = "{count} min"
HOURS = "{count:.1f} h"

looked_up(__name__)
