"""Which sheet is which, in which rows its headings stand, and which column is which."""
