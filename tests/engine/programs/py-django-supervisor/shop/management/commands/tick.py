import time
from django.core.management.base import BaseCommand
from shop.models import Tick
class Command(BaseCommand):
    def handle(self, *args, **options):
        while True:
            Tick.objects.create()
            time.sleep(5)
