"""What homes have decided about their own words and the sources of their files."""
