"""How sizes and shares are written for people, everywhere alike."""


def size(count: int) -> str:
    """Bytes as Docker shows them: decimal units, three significant digits: ``879 MB``, ``4.92 MB``, ``-1.5 kB``."""
    from humanize import naturalsize  # 15 ms to import, and only reports for people need it

    if abs(count) < 1000:
        return f"{count} B"
    text = naturalsize(count, format="%.3g")
    return naturalsize(count, format="%.0f") if "e+" in text else text


def signed(change: int) -> str:
    """A change in bytes with its sign: ``+1.5 kB``, ``−879 MB``, ``±0``."""
    return _with_sign(change, size(abs(change)))


def signed_duration(change: float) -> str:
    """A change of a time with its sign: ``−6.93 s``."""
    return _with_sign(change, duration(abs(change)))


def _with_sign(change: float, amount: str) -> str:
    """``amount`` is the change as it is written without a sign."""
    if amount.startswith("0 "):
        return "±0"
    return f"{'+' if change > 0 else '−'}{amount}"


def percent(part: int, whole: int) -> str:
    """``part`` of ``whole`` as ``98.6 %``; ``0 %`` of nothing."""
    if not whole or not part:
        return "0 %"
    share = 100 * part / whole
    if abs(share) < 0.1:
        return "< 0.1 %"
    return f"{min(share, 99.9) if part < whole else share:.1f} %"


def bar(part: int, whole: int, width: int = 20) -> str:
    """A text bar of ``width`` characters; anything above nothing shows at least a sliver."""
    if whole <= 0 or part <= 0:
        return ""
    eighths = max(1, round(min(part / whole, 1.0) * width * 8))
    return "█" * (eighths // 8) + ("▏▎▍▌▋▊▉"[eighths % 8 - 1] if eighths % 8 else "")


def duration(seconds: float) -> str:
    """A time as ``7.03 s``, ``0.0986 s``, ``2 min 5 s``, ``3 h 20 min``."""
    if abs(seconds) < 99.95:
        return f"{seconds:.3g} s" if abs(seconds) >= 0.0005 else "0 s"
    minutes, rest = divmod(round(abs(seconds)), 60)
    hours, left = divmod(minutes, 60)
    sign = "-" if seconds < 0 else ""
    return f"{sign}{hours:,} h {left} min" if hours else f"{sign}{minutes} min {rest} s"


def rate(bits: int) -> str:
    """Bits a second as ``1 Gbit/s``."""
    for scale, prefix in ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k")):
        if bits >= scale:
            return f"{bits / scale:.3g} {prefix}bit/s"
    return f"{bits} bit/s"


def cut(text: str, longest: int) -> str:
    """The text, or as much of it as ``longest`` characters hold, then with ``…`` at its end."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def counted(count: int, thing: str, things: str = "") -> str:
    """``1 file``, ``26,822 files``."""
    return f"{count:,} {thing if count == 1 else things or thing + 's'}"
