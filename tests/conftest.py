"""What holds for all tests: they read every layer themselves, whatever the user's cache remembers, no registry but one of this
machine is ever reached, and examples may take as long to make and to try as a busy machine needs."""

import os

from hypothesis import HealthCheck, settings

os.environ["LAYERSCOPE_CACHE"] = "off"
os.environ["HTTPS_PROXY"] = "http://127.0.0.1:9"
os.environ["NO_PROXY"] = "127.0.0.1,localhost"

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
