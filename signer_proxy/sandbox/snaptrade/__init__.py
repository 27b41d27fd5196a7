"""What the SnapTrade API does behind its signatures: users, their accounts, and the orders they place."""
