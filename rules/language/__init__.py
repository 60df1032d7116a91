"""The language of rule conditions: its words, its grammar, and what a condition is worth for a resident state."""
