"""Rows of a known sheet into the frames of the engine, with a finding for whatever is wrong."""
