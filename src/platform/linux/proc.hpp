// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_LINUX_PROC_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_LINUX_PROC_HPP

#include <boost/system/error_code.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace boost {
namespace filelock {
namespace detail {

/// Returns the content of a file of /proc, or nothing if it cannot be read.
std::optional<std::string> read_proc(std::string const& path, system::error_code& ec);
std::optional<std::string> read_proc(std::string const& path);

/// Returns the content of a file about this process, given by its name in /proc/self. /proc/self is
/// about the first thread, and shows no mounts and descriptors once that has ended; another thread
/// is then used.
std::optional<std::string> read_own_proc(std::string const& name);

/// Removes the first line from a text and returns it.
std::string_view take_line(std::string_view& text) noexcept;

/// Removes the first word from a line and returns it.
std::string_view take_word(std::string_view& line) noexcept;

/// Returns the first word after `key` in the first line that begins with it, as in "ino:\t17".
std::string_view value_of(std::string_view text, std::string_view key) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
