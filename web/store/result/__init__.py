"""The analysed work of a home: a table of codes and sums, packed by month."""
