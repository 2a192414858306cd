"""Pages as tests read them."""

import re
from html.parser import HTMLParser

LOADING = ("src", "srcset", "href", "xlink:href", "data", "action", "poster")


class Page(HTMLParser):
    """Its tables as lists of rows of str, its scripts, and what its attributes point to."""

    def __init__(self, path):
        super().__init__()
        self.tables, self.links, self.scripts, self.styles, self.tags = [], [], [], [], []
        self._cell, self._inside = None, None
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.links += [value for name, value in attributes if name in LOADING]
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self._cell = ""
        self._inside = tag if tag in ("script", "style") else None

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self.tables[-1][-1].append(self._cell)
            self._cell = None
        self._inside = None

    def handle_data(self, data):
        if self._cell is not None:
            self._cell += data
        if self._inside == "script":
            self.scripts.append(data)
        elif self._inside == "style":
            self.styles.append(data)

    @property
    def loads(self):
        """What a browser would fetch, from the disk or the network."""
        urls = re.findall(r"url\(([^)]*)\)|@import\s+(\S+)", "".join(self.styles))
        urls = [*self.links, *("".join(pair) for pair in urls)]
        return [url for url in urls if not url.startswith(("data:", "#"))]

    def rows(self, first):
        """Rows of all tables whose first cell is this."""
        return [row for table in self.tables for row in table if row and row[0] == first]
