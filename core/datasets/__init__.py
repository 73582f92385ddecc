"""Folders of images with masks: layout, checks, splits, and made-up samples.

Between files on disk and training. Knows neither networks nor the workspace.
"""
