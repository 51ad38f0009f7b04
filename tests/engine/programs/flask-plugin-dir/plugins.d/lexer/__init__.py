from . import table


class Plugin:
    def run(self, text, language="python"):
        """The kinds of tokens in a text, by the lexer of that name."""
        from pygments.lexers import get_lexer_by_name
        return table.rows(get_lexer_by_name(language).get_tokens(text))
