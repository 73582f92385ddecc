"""The parts of the Models page: versions of a task and of its labels, a model as a folder to take along."""
