"""What is stored of a home follows from its active uploads and answers: folded here, the one way anything changes."""
