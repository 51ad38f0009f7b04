"""The home of the user that the image runs as."""

from layerscope.core.expressions import expression
from layerscope.core.names import path_text
from layerscope.needs.ledger import Ledger
from layerscope.needs.trees import stored_path
from layerscope.sources.image import Config

_ACCOUNT = expression(r"(?P<name>[^:]*):[^:]*:(?P<number>[^:]*):[^:]*:[^:]*:(?P<home>[^:]*)")
_LARGEST_ACCOUNTS = 1024 * 1024


def home_directory(ledger: Ledger, config: Config) -> bytes:
    """HOME, else what ``/etc/passwd`` says of USER (its name or number)."""
    if (home := config.environment().get("HOME", "")).startswith("/"):
        return stored_path(home)
    user = config.user.partition(":")[0] or "root"
    accounts = ledger.content(ledger.file(b"etc/passwd"), _LARGEST_ACCOUNTS)
    homes = {"root": "root", "0": "root"}
    for match in filter(None, map(_ACCOUNT.match, reversed(path_text(accounts).splitlines()))):
        homes |= dict.fromkeys((match["name"], match["number"]), match["home"])
    return stored_path(homes.get(user, ""))
