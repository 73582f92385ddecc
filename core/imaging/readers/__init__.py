"""Bytes of each format -> stored pixels, and what its header says of them: one reader a format."""
