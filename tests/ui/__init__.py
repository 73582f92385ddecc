"""Tests of core.ui without a browser."""
