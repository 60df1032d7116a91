"""Pages: read the request, ask a service, fill a template."""
