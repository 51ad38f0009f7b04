from textwrap import indent


def export(bill):
    return bill["title"] + "\n" + indent("\n".join(f"{k}: {v}" for k, v in bill.items() if k != "title"), "  ") + "\n"
