"""The Partner of SnapTrade's guide "Client-side Direct API Usage": a backend with a login and the consumer key."""
