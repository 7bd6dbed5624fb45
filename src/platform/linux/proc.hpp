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

/// The whole of a file of /proc; nothing where it cannot be read.
std::optional<std::string> read_proc(std::string const& path, system::error_code& ec);
std::optional<std::string> read_proc(std::string const& path);

/// The same of a file about this process, given by its name in /proc/self: that is about the first
/// thread, and shows nothing of mounts and descriptors once that has ended.
std::optional<std::string> read_own_proc(std::string const& name);

/// Takes the first line off a text.
std::string_view take_line(std::string_view& text) noexcept;

/// Takes the first word off a line.
std::string_view take_word(std::string_view& line) noexcept;

/// The text behind the first line's beginning `key`, as in "ino:\t17".
std::string_view value_of(std::string_view text, std::string_view key) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
