"""Text made findable, and light Markdown made safe."""

from __future__ import annotations

import unicodedata

import nh3
from markdown_it import MarkdownIt

_markdown = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["image", "html_block", "html_inline"]
)
#: Brackets without end cost the parser seconds; beyond this many they are plain brackets.
_MOST_BRACKETS = 300
_without_links = MarkdownIt("commonmark", {"html": False, "breaks": True}).disable(
    ["image", "link", "reference", "html_block", "html_inline"]
)
_TAGS = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote", "code", "pre", "hr"}


def findable(*texts: str) -> str:
    """`texts` as one line to search in: lower case, without macrons and other marks, so that "maori" finds "Māori".

    >>> findable("Whānau", "Ōtaki  house")
    'whanau otaki house'
    """
    flat = unicodedata.normalize("NFKD", " ".join(texts).casefold())
    return " ".join("".join(one for one in flat if not unicodedata.combining(one)).split())


def rendered(text: str) -> str:
    """Light Markdown as safe HTML: emphasis, lists, quotes, code and links, no headings, pictures or HTML.

    Headings become strong lines: a comment must not break the page's outline.
    """
    markdown = _markdown if text.count("[") <= _MOST_BRACKETS else _without_links
    html = markdown.render(text)
    for level in "123456":
        html = html.replace(f"<h{level}>", "<p><strong>").replace(f"</h{level}>", "</strong></p>")
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
