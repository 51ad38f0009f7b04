from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import translation
from django.utils.translation import gettext
from shop.models import Tick
def home(request):
    return render(request, "home.html", {"name": "shop"})
def ticks(request):
    return HttpResponse("ticking" if Tick.objects.exists() else "no tick")
def german(request):
    with translation.override("de"):
        return HttpResponse(gettext("Password"))
urlpatterns = [path("", home), path("ticks", ticks), path("de", german), path("admin/", admin.site.urls)]
