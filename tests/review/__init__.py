"""Tests of core.review on pictures drawn here."""
