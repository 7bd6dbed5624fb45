// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_PLACE_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_PLACE_HPP

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

namespace filelock_tool {

/// Removes the directory and what is in it, which no process uses any more. Returns success if
/// there is none.
boost::system::error_code remove_place(boost::filesystem::path const& place);

} // namespace filelock_tool

#endif
