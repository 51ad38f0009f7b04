"""Reports on two images: what :mod:`layerscope.comparison` found."""
