// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The headings of a page, if it has enough of them to choose from. Long names may break at underscores.
module.exports = (contents) => {
  const found = [...String(contents).matchAll(/<h([23]) id="([^"]+)">([^]*?)<\/h\1>/g)]
  return found.length < 2 ? undefined : found.map(([, level, id, html]) => ({
    level, id, title: html.replace(/<\/?a\b[^>]*>/g, '').replace(/_/g, '_<wbr>'),
  }))
}
