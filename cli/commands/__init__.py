"""The commands of ``pebem``. The docstring of a module is the German help of its command."""
