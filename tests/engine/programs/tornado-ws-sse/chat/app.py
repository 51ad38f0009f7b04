import asyncio
import json

from tornado import iostream, locale, web, websocket
from tornado.options import options

from . import banner, history, modules, settings


class Base(web.RequestHandler):
    def get_user_locale(self):
        code = self.get_query_argument("lang", None)
        return locale.get(code) if code else None

    def write_error(self, status_code, **more):
        error = more.get("exc_info", (None, None))[1]
        self.render("error.html", code=status_code, why=getattr(error, "log_message", None) or self._reason)


class Index(Base):
    def get(self):
        self.render("index.html", title=options.title, history=self.application.history.all())


class Say(Base):
    def post(self):
        text = self.get_body_argument("text")
        if not text:
            raise web.HTTPError(400, "nothing said")
        self.application.history.add(text)
        self.redirect("/", status=303)


class Banner(Base):
    async def get(self, font):
        if font not in options.fonts:
            raise web.HTTPError(404, f"no font {font}")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.write(await banner.draw(self.get_query_argument("text"), font))


class Sum(Base):
    async def get(self):
        code, out, err = await banner.run("bc", "-l", given=self.get_query_argument("of") + "\n")
        self.set_status(200 if code == 0 and not err else 422)
        self.write({"out": out.split(), "err": bool(err)})


class Events(Base):
    async def get(self):
        self.set_header("Content-Type", "text/event-stream")
        self.set_header("Cache-Control", "no-store")
        try:
            for number, one in enumerate(self.application.history.all()[-int(self.get_query_argument("last", "5")):]):
                self.write(f"id: {number}\nevent: said\ndata: {json.dumps(one, ensure_ascii=False)}\n\n")
                await self.flush()
                await asyncio.sleep(0.05)
        except iostream.StreamClosedError:
            pass


class Socket(websocket.WebSocketHandler):
    def get_compression_options(self):
        return {}

    def select_subprotocol(self, subprotocols):
        return "chat.v1" if "chat.v1" in subprotocols else None

    def check_origin(self, origin):
        return origin.endswith("//chat.example")

    async def open(self):
        await self.write_message({"hello": options.title})

    async def on_message(self, text):
        try:
            asked = json.loads(text)
            reply = await getattr(self, "do_" + asked["op"])(**asked.get("with", {}))
        except (ValueError, AttributeError, KeyError, TypeError) as error:
            return self.close(1007, type(error).__name__)
        await self.write_message(json.dumps(reply, ensure_ascii=False))

    async def do_say(self, text):
        self.application.history.add(text, "socket")
        return {"said": len(self.application.history.all())}

    async def do_draw(self, text):
        return (await banner.draw(text, options.fonts[-1])).rstrip().splitlines()

    async def do_money(self, amount, lang):
        return locale.get(lang).friendly_number(amount)


def make():
    here = settings.HERE
    app = web.Application([
        (r"/", Index), (r"/say", Say), (r"/banner/(\w+)", Banner), (r"/sum", Sum), (r"/events", Events), (r"/ws", Socket),
    ], template_path=str(here / "templates"), static_path=str(here / "static"), ui_modules=modules, compress_response=True,
        xsrf_cookies=True, default_handler_class=Missing)
    app.history = history.History()
    return app


class Missing(Base):
    def prepare(self):
        raise web.HTTPError(404, "nothing here")
