"""What protects accounts, data and pages."""
