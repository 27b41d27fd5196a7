"""Why a webhook is not believed."""


class WebhookError(ValueError):
    """Names the part that is wrong, the rule and what was got; never a secret."""
