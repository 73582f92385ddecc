"""Bytes in, arrays out, and back: decoding, intensities, masks, overlays and zips.

The first step of image -> mask -> correction -> better model. Knows neither networks nor the workspace.
"""
