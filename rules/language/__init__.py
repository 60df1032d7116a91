"""The language of rule conditions: its words, its grammar, and the truth value of a condition for a resident state."""
