"""Versions of a task's model: shipped ones, candidates, the one in use; compare, promote, roll back.

The last step of the way from image to better model: it decides whether a new model is put into use.
"""
