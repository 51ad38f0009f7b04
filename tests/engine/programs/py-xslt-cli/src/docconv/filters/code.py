from pygments import highlight
from pygments.formatters import get_formatter_by_name
from pygments.lexers import get_lexer_by_name


class Code:
    def __call__(self, text):
        return highlight(text, get_lexer_by_name("html"), get_formatter_by_name("html", style="monokai"))
