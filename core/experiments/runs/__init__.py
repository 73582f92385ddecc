"""An experiment being done: its folder, its folds and trainings, its job."""
