"""A local proxy that signs requests to financial APIs, so that no tool has to."""

__version__ = "0.1.0"
