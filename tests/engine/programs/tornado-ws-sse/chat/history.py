import getpass
import json

from . import settings


class History:
    """What was said, one JSON a line, in the volume."""

    def __init__(self):
        self.file = settings.home() / "history.jsonl"
        self.new = 0

    def add(self, text, sender=None):
        with self.file.open("a", encoding="utf-8") as out:
            out.write(json.dumps({"from": sender or getpass.getuser(), "text": text}, ensure_ascii=False) + "\n")
        self.new += 1

    def all(self):
        return [json.loads(line) for line in self.file.read_text("utf-8").splitlines()]
