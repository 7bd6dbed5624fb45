#!/usr/bin/env python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Prints the faults of a folder of HTML files, one a line: html_faults.py FOLDER.

Faults are references that lead nowhere, ids that a file has twice, and backticks in text: AsciiDoc has not made code
of them.
"""

import html.parser
import pathlib
import re
import sys
import urllib.parse

CODE = {"code", "pre", "script", "style"}


class Page(html.parser.HTMLParser):
    def __init__(self, file):
        super().__init__()
        self.ids, self.twice, self.references, self.backticks = set(), set(), set(), []
        self.code_depth = 0
        self.feed(file.read_text())

    def handle_starttag(self, tag, attrs):
        self.code_depth += tag in CODE
        for name, value in attrs:
            if name == "id":
                (self.twice if value in self.ids else self.ids).add(value)
            elif name in ("href", "src") and value:
                self.references.add(value)

    def handle_endtag(self, tag):
        self.code_depth -= tag in CODE

    def handle_data(self, data):
        if not self.code_depth:
            self.backticks += re.findall(r"(?:\S+ )?\S*`\S*(?: \S+)?", data)


def leads_somewhere(reference, file, pages):
    url = urllib.parse.urlsplit(reference)
    if url.scheme:
        return url.scheme in ("http", "https", "data")
    target = (file.parent / urllib.parse.unquote(url.path)).resolve() if url.path else file
    fragment = urllib.parse.unquote(url.fragment)
    return fragment in pages[target].ids | {""} if target in pages else target.is_file() and not fragment


def main():
    folder = pathlib.Path(sys.argv[1]).resolve()
    pages = {file: Page(file) for file in sorted(folder.rglob("*.html"))}
    if not pages:
        print(f"no page in {folder}")
    for file, page in pages.items():
        for name in sorted(page.twice):
            print(f"{file.relative_to(folder)}: id {name} twice")
        for text in page.backticks:
            print(f"{file.relative_to(folder)}: a backtick in the text: {text}")
        for reference in sorted(page.references):
            if not leads_somewhere(reference, file, pages):
                print(f"{file.relative_to(folder)}: {reference}")


main()
