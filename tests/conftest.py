"""What holds for all tests: they read every layer themselves, whatever the user's cache remembers."""

import os

os.environ["LAYERSCOPE_CACHE"] = "off"
