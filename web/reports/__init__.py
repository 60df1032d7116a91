"""Results as files for people and programs: fit.json, fit.xlsx, findings.xlsx. No Flask in here."""
