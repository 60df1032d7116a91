"""The parts of `pebem rules`: browse, diff, exchange."""
