"""What homes have settled about their own words and the sources of their files."""
