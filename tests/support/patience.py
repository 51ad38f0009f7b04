"""How long a test waits for another thread or process before it is given up."""

PATIENCE = 600.0
"""Seconds. Nothing but a hang takes as long, however busy the machine is; what comes sooner is not waited for."""
