"""What a home calls things: words of its own, and persons under another number or name."""
