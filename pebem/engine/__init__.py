"""From frames to sums: text to codes, codes by day to look-up tables, rows through the kernel, sums back to words."""
