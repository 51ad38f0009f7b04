import asyncio
import signal
import sys

from tornado import locale, options

from . import app, settings


async def main():
    done = asyncio.Event()
    for one in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(one, done.set)
    application = app.make()
    application.listen(options.options.port)
    print(f"{options.options.title} listens", file=sys.stderr, flush=True)
    await done.wait()
    print(f"bye after {application.history.new} messages", file=sys.stderr, flush=True)


settings.define()
options.parse_command_line()
locale.load_translations(str(settings.HERE / "locales"), encoding="utf-8")
locale.set_default_locale("en_US")
asyncio.run(main())
