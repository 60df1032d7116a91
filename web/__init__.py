"""The web application: settings, storage, accounts, services and pages."""
