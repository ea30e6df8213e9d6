"""POST /v1/deployments: a model on GPUs of one's own, how fast it is there, and when that is cheaper."""
