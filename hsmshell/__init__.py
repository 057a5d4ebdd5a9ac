"""A place to rehearse HSM administration before doing it on real hardware."""

__version__ = "0.1.0"
