"""gunicorn reads this file by itself when it is started in a checkout: it runs there as it does from the wheel."""

from shop.gunicorn_conf import post_fork, pre_fork, preload_app, workers

__all__ = ["post_fork", "pre_fork", "preload_app", "workers"]
