"""Keys of operators: changed while pages work, shown, and destroyed at the end of a contract."""
