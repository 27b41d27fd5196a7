"""What is wrong with a key, told apart from the libraries that read keys: they take longer to load than a command."""


class RsaKeyError(ValueError):
    """What is wrong with a SnapTrade key and the way out; never a part of the key."""


class PtiKeyError(ValueError):
    """What is wrong with a PTI key and the way out; never a part of the key."""
