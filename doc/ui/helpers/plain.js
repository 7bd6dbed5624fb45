// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The text of HTML, for where elements are not allowed.
module.exports = (html) => String(html).replace(/<[^>]*>/g, '')
