"""Pictures of the demo ward's goods, drawn by code: still lifes, one per listing, no two alike.

`draw(craft, seed)` gives a picture in the shop's one ratio, 4:5; the seed chooses form, colours, pattern and light.
"""

from infra.demo.pictures.catalogue import CRAFTS, draw, draw_listing
from infra.demo.pictures.places import draw_hero, draw_shopfront

__all__ = ["CRAFTS", "draw", "draw_hero", "draw_listing", "draw_shopfront"]
