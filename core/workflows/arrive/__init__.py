"""What people bring: which file is an image, which a mask, and how they belong together."""
