"""The pages of the rulebooks, and of levels set by hand."""
