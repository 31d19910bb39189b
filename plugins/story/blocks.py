"""The blocks a story is made of. Each has its own template; what an editor writes is text, never markup of its own."""

from __future__ import annotations

from wagtail import blocks
from wagtail.images.blocks import ImageChooserBlock

RICH = ["bold", "italic", "link", "ol", "ul"]


class PictureBlock(blocks.StructBlock):
    """A picture with what it shows, in words, and a caption."""

    image = ImageChooserBlock(label="写真")
    alt = blocks.CharBlock(label="写真の説明", max_length=200)
    caption = blocks.CharBlock(label="添え書き", max_length=200, required=False)

    class Meta:
        template = "story/blocks/picture.html"
        icon = "image"
        label = "写真"


class QuoteBlock(blocks.StructBlock):
    """What somebody said, and who."""

    text = blocks.TextBlock(label="ことば", max_length=400)
    by = blocks.CharBlock(label="話した人", max_length=120, required=False)

    class Meta:
        template = "story/blocks/quote.html"
        icon = "openquote"
        label = "ことば"


class FactBlock(blocks.StructBlock):
    label = blocks.CharBlock(label="項目", max_length=60)
    value = blocks.CharBlock(label="内容", max_length=200)


class StoryBody(blocks.StreamBlock):
    """The body of a story, from top to bottom."""

    heading = blocks.CharBlock(label="見出し", max_length=120, template="story/blocks/heading.html", icon="title")
    paragraph = blocks.RichTextBlock(
        label="文章", features=RICH, template="story/blocks/paragraph.html", icon="pilcrow"
    )
    picture = PictureBlock()
    quote = QuoteBlock()
    maker_facts = blocks.ListBlock(
        FactBlock(), label="作り手の横顔", template="story/blocks/maker_facts.html", icon="list-ul"
    )
    products = blocks.ListBlock(
        blocks.CharBlock(max_length=120, help_text="商品ページのURLの最後の部分"),
        label="この物語の品",
        template="story/blocks/products.html",
        icon="tag",
    )
