import pathlib
from bottle import route, run
@route('/')
def index():
    return 'web'
@route('/last')
def last():
    p = pathlib.Path('/tmp/last')
    return p.read_text() if p.exists() else 'never'
run(host='0.0.0.0', port=8803)
