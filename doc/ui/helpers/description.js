// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The page's attribute, else the beginning of its first paragraph.
module.exports = (page) => {
  const [, paragraph = ''] = /<p>([^]*?)<\/p>/.exec(page.contents) || []
  const text = page.description || paragraph.replace(/<[^>]*>/g, '').replace(/\s+/g, ' ')
  return (text.length > 160 ? text.slice(0, 160).replace(/ [^ ]*$/, ' ...') : text).replace(/"/g, '&quot;')
}
