"""From images with masks to a network: input pipeline, losses, the loop. Takes arrays and configs."""
