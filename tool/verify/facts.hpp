// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_FACTS_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_FACTS_HPP

#include <boost/filesystem/path.hpp>

#include <string>

namespace filelock_tool {

/// Measures what the file system does in this directory. Returns the words
///
///     LINKS STEP OFFSET UNCERTAINTY
///
/// LINKS: "yes" or "no", whether there are hard links. STEP: the step of modification times, in
/// nanoseconds. OFFSET: the clock of the file system less that of this machine, in nanoseconds,
/// with its uncertainty in either direction. Throws `std::system_error`.
std::string facts_of(boost::filesystem::path const& place);

} // namespace filelock_tool

#endif
