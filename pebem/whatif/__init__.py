"""What if: another rulebook, another staff mix, work moved to another level."""
