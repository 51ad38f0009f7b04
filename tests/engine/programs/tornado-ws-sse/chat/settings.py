from pathlib import Path

from tornado.options import define as d, options, parse_config_file

HERE = Path(__file__).parent


def define():
    d("port", 8000)
    d("title", "chat")
    d("fonts", ["standard"], multiple=True)
    d("config", type=str, callback=lambda path: parse_config_file(path, final=False))


def home():
    return Path.home() / ".local/share/chat"
