"""The rulebooks of a tenant, which one a home works with, and levels set by hand."""
