"""What holds for all tests: they read every layer themselves, whatever the user's cache remembers, and no registry but one of
this machine is ever reached."""

import os

os.environ["LAYERSCOPE_CACHE"] = "off"
os.environ["HTTPS_PROXY"] = "http://127.0.0.1:9"
os.environ["NO_PROXY"] = "127.0.0.1,localhost"
