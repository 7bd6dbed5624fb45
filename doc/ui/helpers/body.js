// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Puts each table into a box of its own, in which it scrolls sideways, and names the links of headings.
module.exports = (contents) => String(contents)
  .replace(/<table [^>]*class="tableblock[^]*?<\/table>/g, '<div class="scroll">$&</div>')
  .replace(/<a class="anchor"/g, '$& aria-label="Link to this section"')
