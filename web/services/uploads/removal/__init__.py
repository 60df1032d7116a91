"""Uploads that go before they are stored: discarded by somebody or by the clock, or lost with their files."""
