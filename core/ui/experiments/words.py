"""Every word of the Experiments page; names in braces are filled in with `str.format`."""

from core.language.lookup import looked_up

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
DATA_TASK = "Corrected images of this task ({count})"
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
DATA_CLASSES = "Classes of the masks (optional)"
DATA_CLASSES_EXAMPLE = "background, heart, lungs"
DATA_CLASSES_HELP = "Only where masks hold more than one class: their names in the order of the masks' values, background first, with commas between."
NOT_TOLD_HELP = (
    "Only where the check of the folder asks for --mask_values, --read_channel or --units, in this order."
)
NOT_SAID = "Not said"
SAY_MASK_VALUES = "Foreground values"
SAY_MASK_VALUES_EXAMPLE = "union, or 1 2"
SAY_CHANNEL = "Channel"
SAY_UNITS = "Grey values"
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
SWEEP_SEVERAL = "A model of several classes takes the likeliest one, so there is no threshold to sweep."
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

looked_up(__name__)
