"""Disclosure control: which sums of a month can be shown without telling about the work of too few employees."""
