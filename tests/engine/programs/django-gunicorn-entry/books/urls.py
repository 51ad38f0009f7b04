from django.urls import path

from . import views

urlpatterns = [
    path("", views.index, name="index"),
    path("book/<slug:slug>/", views.book, name="book"),
    path("export.csv", views.export),
    path("password/", views.password),
    path("boom/", views.boom),
]
