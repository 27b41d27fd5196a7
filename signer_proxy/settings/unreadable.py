"""The one way in which reading a file, a program's output or a secret fails."""


class UnreadableError(Exception):
    """What could not be read; its text is subject, what was got and way out, and never what was read."""
