"""How sizes and shares are written for people, everywhere alike."""


def size(count: int) -> str:
    """Bytes as Docker shows them: decimal units, three significant digits: ``879 MB``, ``4.92 MB``, ``-1.5 kB``."""
    from humanize import naturalsize  # 15 ms to import, and only reports for people need it

    if abs(count) < 1000:
        return f"{count} B"
    text = naturalsize(count, format="%.3g")
    return naturalsize(count, format="%.0f") if "e+" in text else text


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
