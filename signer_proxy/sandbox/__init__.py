"""An upstream that stands in for the real APIs and believes nothing."""
