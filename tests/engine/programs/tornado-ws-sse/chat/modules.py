from tornado import escape, web


class Message(web.UIModule):
    def render(self, one):
        return self.render_string("modules/message.html", one=one, linkify=escape.linkify)

    def embedded_css(self):
        return ".m { margin: 1em }"

    def javascript_files(self):
        return "chat.js"
