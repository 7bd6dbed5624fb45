// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_STATUS_TABLE_HPP
#define BOOST_FILELOCK_TOOL_STATUS_TABLE_HPP

#include "../inspection/inspection.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace filelock_tool {

/// Returns a table with a line for each holder, and for each lock without one. `columns`: of the
/// terminal. A table that does not fit is a list with several short lines for each lock instead.
/// Without a terminal, nothing is shortened.
std::string table_of(std::vector<lock_report> const& reports, std::optional<std::size_t> columns);

} // namespace filelock_tool

#endif
