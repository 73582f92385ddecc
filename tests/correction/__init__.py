"""Tests of core.correction on pictures drawn here."""
