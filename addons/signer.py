"""Sign in mitmdump and mitmweb: `mitmdump -s addons/signer.py --set signer_config=FILE`."""

from signer_proxy.engines.mitmproxy.hosted import HostedSigner

addons = [HostedSigner()]
