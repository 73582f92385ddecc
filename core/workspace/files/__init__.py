"""Where files lie, here or at an address: the store of blobs, the cache, the check and the copy of all."""
