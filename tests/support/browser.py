"""Chromium without a window, for pages that are files: what it says, what it asks the network for, and its pictures."""

import base64
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from selenium.webdriver import Chrome

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-prefers-reduced-motion",
    "--force-device-scale-factor=1",
    "--force-color-profile=srgb",
)


def missing() -> str:
    """What this machine lacks to run a browser, "" when nothing."""
    if not any(map(shutil.which, CHROMIUM)):
        return "there is no Chromium"
    return "" if shutil.which("chromedriver") else "there is no chromedriver"


@contextmanager
def browser() -> Iterator["Chrome"]:
    """A browser with a profile of its own, which logs its console and its network."""
    from selenium.webdriver import Chrome, ChromeOptions, ChromeService

    options = ChromeOptions()
    options.binary_location = next(found for name in CHROMIUM if (found := shutil.which(name)))
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for flag in (*_FLAGS, f"--user-data-dir={profile}"):
            options.add_argument(flag)
        driver = Chrome(options, ChromeService(shutil.which("chromedriver")))
        try:
            driver.get("about:blank")
            requests(driver)  # the browser's own first page
            yield driver
        finally:
            driver.quit()


def requests(driver: "Chrome") -> list[str]:
    """The addresses that were asked for since the last call."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]


def picture(
    driver: "Chrome", page: Path, width: int, *, dark: bool = False, height: int | None = None, medium: str = ""
) -> bytes:
    """A PNG of a page, ``width`` pixels wide, as high as the page is (or ``height``)."""
    command = driver.execute_cdp_cmd
    features = [
        {"name": "prefers-color-scheme", "value": "dark" if dark else "light"},
        {"name": "prefers-reduced-motion", "value": "reduce"},
    ]
    command("Emulation.setEmulatedMedia", {"media": medium, "features": features})
    _resize(driver, width, height or 900)
    driver.get(page.as_uri())
    high = height or int(driver.execute_script("return document.documentElement.scrollHeight"))
    _resize(driver, width, high)
    answer: dict[str, Any] = command("Page.captureScreenshot", {"format": "png", "captureBeyondViewport": False})
    return base64.b64decode(answer["data"])


def _resize(driver: "Chrome", width: int, height: int) -> None:
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
