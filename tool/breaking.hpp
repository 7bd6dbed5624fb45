// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_BREAKING_HPP
#define BOOST_FILELOCK_TOOL_BREAKING_HPP

#include "inspection/inspection.hpp"

#include <boost/system/error_code.hpp>

namespace filelock_tool {

/// Removes the markers or claims that the report lists, whichever process owns them. Must not be of
/// a kernel kind. Missing files are no error. After an error some of them may be left.
boost::system::error_code break_files(lock_report const& found);

/// Returns whether the two reports show the same holds.
bool have_same_holds(lock_report const& a, lock_report const& b);

} // namespace filelock_tool

#endif
