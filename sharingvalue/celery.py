"""The Celery application: `celery -A sharingvalue.celery worker` and `… beat`."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sharingvalue.settings")

app = Celery("sharingvalue")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["sharingvalue.base", "projects"])
