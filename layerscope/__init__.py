"""layerscope: what every byte of a container image is, and the Dockerfile that keeps what the program needs."""

__version__ = "0.1.0"
