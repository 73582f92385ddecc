"""What is measured or drawn by a command, never asserted in a test."""
