"""What the web application says to what would change the proxy."""

from mitmproxy.tools.web import app


def refuse(handler: app.RequestHandler) -> None:
    """Answer that nothing is changed here."""
    handler.set_status(403)
    handler.write("The inspector of signer-proxy only shows: what the proxy does stands in its config.\n")
