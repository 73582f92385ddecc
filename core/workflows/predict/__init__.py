"""Files in, masks or labels out, here or at an address."""
