// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_TEXTS_HPP
#define BOOST_FILELOCK_TOOL_TEXTS_HPP

#include <boost/filelock/owner_record.hpp>

#include <chrono>
#include <string>

namespace filelock_tool {

/// Returns a duration for people: "250 ms", "12 s", "3 min 4 s", "2 h 5 min", "6 d 3 h".
std::string text_of(std::chrono::nanoseconds duration);

/// Returns the name that reports use for the mode: "exclusive", "reader" and so on.
char const* name_of(boost::filelock::owner_mode mode) noexcept;

/// Returns a description of the holder: "4711 (make all) on build-7".
std::string describe(boost::filelock::owner_record const& holder);

} // namespace filelock_tool

#endif
