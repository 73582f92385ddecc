"""One image in the editor: opened, drawn on, saved, taken back, shown small."""
