"""Measured training runs beside what is answered, and beside the estimates of accelerate and DeepSpeed."""
