"""The program ``pebem``: one command a module, each loaded only when it is called."""

from cli.main import main

__all__ = ["main"]
