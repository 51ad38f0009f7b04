"""What :mod:`layerscope.checking` says of an image, for people, for CI systems and for code hosts."""
