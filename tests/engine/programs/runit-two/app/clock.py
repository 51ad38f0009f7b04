import json, time
while True:
    open('/data/now.json', 'w').write(json.dumps({'tick': True}))
    time.sleep(1)
