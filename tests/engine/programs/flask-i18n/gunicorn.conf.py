bind = "0.0.0.0:9100"
workers = 2
worker_class = "gthread"
threads = 2
accesslog = None
