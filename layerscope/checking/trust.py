"""What files of the checkout may say. Who opens a pull request writes them, so they never hide a credential; and beside a
trusted file, the one that ``--config`` names, they may only ask for more."""

from collections.abc import Iterable, Iterator
from itertools import compress

from msgspec.structs import replace

from layerscope.checking.catalogue import RULES
from layerscope.checking.model import Limit
from layerscope.checking.selectors import Selector
from layerscope.checking.settings import Ignore, Setting, Settings
from layerscope.core.names import printable

_SECRETS = "secrets"
_ALL_SECRETS = Selector("check", _SECRETS, _SECRETS)
_NOT_OURS = "only --config FILE or the command line can say so"


def alone(found: Settings, origin: str) -> Settings:
    """A file of the checkout where no file is trusted: all of it counts but what hides credentials."""
    hiding = [item for item in found.ignore if item.selector == _ALL_SECRETS]
    lines = [f"{origin}: {_SECRETS} = false"] * _hides(found) + [f"{origin}: locked"] * found.locked
    lines += [_about(item, origin) for item in hiding]
    return replace(
        found,
        secrets=None if _hides(found) else found.secrets,
        ignore=tuple(replace(item, of_checkout=True) for item in found.ignore if item not in hiding),
        locked=False,
        refused=_refusals(found, lines, f": {_NOT_OURS}"),
    )


def _refusals(found: Settings, lines: Iterable[str], why: str) -> tuple[str, ...]:
    """What is refused in a file already, and that these lines of it do not count."""
    return (*found.refused, *(f"{line} does not count{why}" for line in lines))


def beside(found: Settings, origin: str, trusted: Settings, name: str) -> Settings:
    """A file of the checkout beside a trusted one: rules that ``trusted`` does not have, and what else is forbidden.

    Where ``trusted`` is locked, nothing. A line in ``refused`` says of each setting that it does not count.
    """
    if trusted.locked:
        return Settings(refused=_refusals(found, _lines(found, origin), f": {name} is locked"))
    limits = {key: setting for key, setting in found.limits.items() if _adds(key, setting.limit, trusted)}
    secrets, hidden = (None, found.secrets) if _hides(found) else (found.secrets, None)
    lines = [*_lines(replace(found, limits=_differing(found, trusted), secrets=hidden, forbid=()), origin)]
    if not trusted.against and limits.pop("max-growth", None) is not None:  # its image is one that the checkout names
        lines.append(f"{origin}: max-growth")
    refused = _refusals(found, lines, f" beside {name}")
    return Settings(limits=limits, secrets=secrets, forbid=found.forbid, notices=found.notices, refused=refused)


def _differing(found: Settings, trusted: Settings) -> dict[str, Setting]:
    """The thresholds that ask for something else than the trusted ones, and not for more."""
    return {
        key: setting
        for key, setting in found.limits.items()
        if not _adds(key, setting.limit, trusted) and setting.limit != trusted.limits[key].limit
    }


def _hides(found: Settings) -> bool:
    return found.secrets is not None and not found.secrets[0]


def _adds(key: str, limit: Limit | None, trusted: Settings) -> bool:
    """Whether a threshold asks for more than the trusted one; what a trusted file says stays as it is."""
    if key not in trusted.limits:
        return True
    before = trusted.limits[key]
    if not before.assumed or limit is None:
        return False
    if before.limit is None:
        return True
    return limit.unit == before.limit.unit and not RULES[key].holds(before.limit.value, limit.value)


def _lines(found: Settings, origin: str) -> Iterator[str]:
    """Every setting of a file, as a line about it begins."""
    limits = (key for key, setting in found.limits.items() if not setting.assumed)
    others = compress((_SECRETS, "against", "locked"), (found.secrets is not None, found.against, found.locked))
    yield from (f"{origin}: {key}" for key in (*limits, *others))
    yield from (f"{origin}: forbid {printable(item.selector.text)}" for item in found.forbid)
    yield from (_about(item, origin) for item in found.ignore)


def _about(item: Ignore, origin: str) -> str:
    return f"{origin}: the ignore of {printable(item.selector.text)}"
