import os

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = 2
worker_tmp_dir = "/dev/shm"
user = "www-data"
group = "www-data"
preload_app = True


def when_ready(server):
    server.log.info("library is open")


def post_worker_init(worker):
    import pwd
    worker.log.info("worker runs as %s", pwd.getpwuid(os.geteuid()).pw_name)
