"""What cells leave out and others say: minutes from beginning and end, a day that stands once for its group."""
