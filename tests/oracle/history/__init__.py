"""What is stored of a home after many uploads: a model in plain lists, and the product held against it."""
