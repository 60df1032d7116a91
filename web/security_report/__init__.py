"""The security report: every row of docs/security.md with its state and proof, and what this installation is like."""
