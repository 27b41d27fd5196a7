"""SnapTrade's signatures: one file for each step of signing, with the ways in which it goes wrong."""
