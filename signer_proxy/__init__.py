"""A local proxy that signs requests to financial APIs, so that no tool has to."""
