"""What a log asks for and does not get."""

from __future__ import annotations


class Refused(Exception):
    """A line is not run; the message names what in it is refused, and has neither our name nor what to do next."""
