// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_REPORT_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_REPORT_HPP

#include "results.hpp"

#include <cstddef>
#include <ostream>

namespace filelock_tool {

/// Prints tables of this width, in columns.
void print_tables(std::ostream& out, verify_results const& results, std::size_t width);

void print_json(std::ostream& out, verify_results const& results);

} // namespace filelock_tool

#endif
