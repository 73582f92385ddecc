"""Masks as the files that other tools read: one module a format, arrays in, bytes or text out.

The last step of image -> mask -> correction -> better model: what a person made leaves again, to the pixel.
Knows neither workspace nor task; `core.workflows.export` decides what goes out and under which name.
"""
