"""Why a signature was rejected: known mistakes are made again, until the signature that came is explained by them.

Pure, and apart from the code that signs, so that the sandbox can use it: what is right and wrong is spelled out anew.
"""
