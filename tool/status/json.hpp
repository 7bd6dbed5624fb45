// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_STATUS_JSON_HPP
#define BOOST_FILELOCK_TOOL_STATUS_JSON_HPP

#include "../inspection/inspection.hpp"

#include <boost/json/object.hpp>

namespace filelock_tool {

/// Returns the report with the members that `filelock status --help` names.
boost::json::object json_of(lock_report const& report);

/// Returns an object with the member `path`. A path that is no UTF-8 has U+FFFD there, and its
/// bytes in hexadecimal in the member `path_hex`.
boost::json::object json_of_path(boost::filesystem::path const& path);

} // namespace filelock_tool

#endif
