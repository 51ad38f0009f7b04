"""layerscope: what every byte of a container image is, and the Dockerfile that leaves the rest behind."""

__version__ = "0.1.0"
