#!/usr/bin/env python3
# Copyright 2026 The Boost.FileLock maintainers
# Distributed under the Boost Software License, Version 1.0.
# https://www.boost.org/LICENSE_1_0.txt

"""Opens the pages of a site in one headless Chromium and prints the faults, one a line: browser.py CHROMIUM SITE.

Faults are pages that scroll sideways, a search by keyboard that does not lead to the section it should, and a letter,
a digit or a term of the index that cannot be searched.
"""

import html
import json
import pathlib
import re
import subprocess
import sys
import tempfile

WIDTHS = [400, 1400]
SEARCHES = {
    "heartbeat": "heartbeat",
    "try_lock_for": "/reference/file_lock.html#try_lock_for",
    "held_lock::unlock": "/reference/held_lock.html#unlock",
    "lock_error::holder": "/reference/error.html#lock_error-holder",
}

PROBE = """<!DOCTYPE html>
<body>
<script>
const { pages, widths, searches } = DATA
const faults = []
async function opened(page) {
  const frame = document.createElement('iframe')
  frame.style.cssText = `border: 0; height: 900px; width: ${widths[0]}px`
  frame.src = page
  document.body.append(frame)
  await new Promise((resolve) => { frame.onload = resolve })
  if (!frame.contentDocument) throw Error(`cannot open ${page}`)
  return frame
}
async function wait(milliseconds) {
  await new Promise((resolve) => setTimeout(resolve, milliseconds))
}
async function loadIndex(page) {
  const search = page.contentWindow.antoraSearch
  const init = search.initSearch
  let index
  search.initSearch = (lunr, data) => {
    init(lunr, data)
    index = lunr.Index.load(data.index)
  }
  page.contentDocument.querySelector('form.search input').dispatchEvent(new Event('focus'))
  for (let i = 0; i < 500 && !index; i++) await wait(20)
  return index
}
async function search(page, word) {
  const text = page.contentDocument
  const input = text.querySelector('form.search input')
  input.value = word
  input.dispatchEvent(new Event('input'))
  await wait(0)
  return text.querySelector('.found p').textContent
}
async function followByKey(page, word, expected) {
  const text = page.contentDocument
  await search(page, word)
  text.querySelector('form.search input').focus()
  text.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }))
  const link = text.activeElement.href || 'nothing'
  const shown = text.activeElement.getClientRects().length > 0
  if (!link.includes(expected) || !shown) faults.push(`${word} leads to ${link}`)
}
async function look() {
  for (const page of pages) {
    const frame = await opened(page)
    for (const width of widths) {
      frame.style.width = `${width}px`
      const needed = frame.contentDocument.documentElement.scrollWidth
      if (needed > width) faults.push(`${page} is ${needed} pixels wide at ${width}`)
    }
    frame.remove()
  }
  const page = await opened(pages[0])
  const index = await loadIndex(page)
  for (const [word, expected] of Object.entries(searches)) await followByKey(page, word, expected)
  for (const begin of 'abcdefghijklmnopqrstuvwxyz0123456789') {
    const status = await search(page, begin)
    if (!/found$/.test(status)) faults.push(`${begin}: ${status}`)
  }
  for (const term of Object.keys(index.invertedIndex).filter(Boolean)) {
    const found = index.query((query) => query.term(term, { usePipeline: false }))
    if (!found.length) faults.push(`the index does not find its term ${term}`)
  }
  // Whether such nodes are merged depends on the terms of the day.
  const textOfNode = (edges) => String(Object.assign(new page.contentWindow.lunr.TokenSet(), { edges }))
  if (textOfNode({ 1: { id: 23 }, 4: { id: 5 } }) === textOfNode({ 1: { id: 2 }, 3: { id: 45 } })) {
    faults.push('different nodes of the set of terms have the same text')
  }
}
look().catch((error) => faults.push(String(error))).then(() => {
  document.body.dataset.faults = JSON.stringify(faults)
})
</script>
"""


def main():
    chromium, site = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    pages = [page.as_uri() for page in sorted(site.rglob("*.html"))]
    data = {"pages": pages, "widths": WIDTHS, "searches": SEARCHES}
    with tempfile.TemporaryDirectory() as folder:
        probe = pathlib.Path(folder, "probe.html")
        probe.write_text(PROBE.replace("DATA", json.dumps(data)))
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--allow-file-access-from-files"]
        # Time passes at once where the pages wait, and ends for a page that never loads.
        options += ["--virtual-time-budget=60000", f"--user-data-dir={folder}/profile", "--dump-dom"]
        done = subprocess.run([chromium, *options, probe.as_uri()], capture_output=True, text=True, timeout=300)
    faults = re.search(r'<body data-faults="([^"]*)"', done.stdout)
    if not faults:
        print(f"{chromium} did not finish: {done.stderr[-1000:]}")
        return
    for fault in json.loads(html.unescape(faults[1])):
        print(fault.replace(site.as_uri() + "/", ""))


main()
