"""`/pool/`: the marketer's pages."""

from django.urls import path

from storefront.pool import views

app_name = "pool"
urlpatterns = [
    path("", views.table, name="table"),
    path("cells.csv", views.download, name="download"),
    path("rules/", views.rules, name="rules"),
]
