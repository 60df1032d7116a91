"""What is looked at across rows, columns and sheets: who is known, what can be true, what is missing."""
