"""The ward desk: the day's figures, what is featured, what is off sale, what waits."""

from __future__ import annotations

from django.urls import path

from storefront.ward import inspecting, views

app_name = "ward"

urlpatterns = [
    path("", views.home, name="home"),
    path("day/<str:what>/", views.rows, name="rows"),
    path("problems/<int:problem_id>/retry/", views.retry, name="retry"),
    path("work/<slug:table>/<int:row_id>/retry/", views.retry_work, name="retry_work"),
    path("merchants/", inspecting.index, name="merchants"),
    path("merchants/<slug:code>/", inspecting.merchant, name="merchant"),
    path("features/", views.features, name="features"),
    path("features/<int:feature_id>/end/", views.end_feature, name="end_feature"),
    path("listings/", views.listings, name="listings"),
    path("listings/<int:listing_id>/withdraw/", views.withdraw, name="withdraw"),
    path("listings/<int:listing_id>/relist/", views.relist, name="relist"),
]
