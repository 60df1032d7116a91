"""Why this level: rules, recorded inputs and citations behind every QN-Soll, in sentences."""
