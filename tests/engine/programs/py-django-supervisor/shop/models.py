from django.db import models
class Tick(models.Model):
    at = models.DateTimeField(auto_now_add=True)
