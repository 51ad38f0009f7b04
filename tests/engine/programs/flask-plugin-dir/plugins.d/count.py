import collections


class Plugin:
    def run(self, text, top="3"):
        return collections.Counter(text.lower().split()).most_common(int(top))
