"""Which column is which: by its heading, by the shape of its cells, and beside rivals."""
