"""One module for each kind of experiment."""
