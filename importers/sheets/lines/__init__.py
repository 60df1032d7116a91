"""Lines of a sheet that are no records: sums, footers, repeated headings, and what holds for the rows below."""
