"""Pages about accounts: showing a factor, one's own account, those of a tenant, and the very first."""
