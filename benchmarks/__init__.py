"""What the proxy costs, measured side by side in one run: only ratios within a run mean anything."""
