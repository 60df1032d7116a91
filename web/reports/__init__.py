"""Results as files people and programs take away: fit.json, fit.xlsx, findings.xlsx. No Flask in here."""
