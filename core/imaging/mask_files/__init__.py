"""What the files of masks mean: values, indices, colours, outlines and volumes -> a mask."""
