"""The one way in which keeping or finding a userSecret fails."""


class UsersError(Exception):
    """Why the users cannot be read or written; its text is subject, rule, what was got and way out, never a secret."""
