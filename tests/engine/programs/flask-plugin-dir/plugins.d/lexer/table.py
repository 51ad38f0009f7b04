def rows(tokens):
    seen = {}
    for kind, value in tokens:
        if value.strip():
            seen.setdefault(str(kind).removeprefix("Token."), []).append(value)
    return dict(sorted(seen.items()))
