"""PTI's signatures: a JWS carries what was signed, so that it can be compared line by line."""
