// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Returns whether a part of the navigation leads to the page.
const holds = (item, url) => item.url === url || (item.items || []).some((child) => holds(child, url))

module.exports = holds
