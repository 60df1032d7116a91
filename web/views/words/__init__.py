"""The pages of a home's own words and of the profiles of its sources."""
