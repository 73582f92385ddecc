"""Zips and the names in them, which do not always say how they are written."""
