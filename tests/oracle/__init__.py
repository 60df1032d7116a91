"""A second, slow and obvious implementation of the main job, and homes to hold the product against it."""
