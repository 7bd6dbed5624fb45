// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_TEMPORARY_NAME_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_TEMPORARY_NAME_HPP

#include "../platform/anchored_path.hpp"

#include <boost/system/error_code.hpp>

#include <string>
#include <string_view>

// Temporary names are private names beside a lock's path, for files that are being made or removed.

namespace boost {
namespace filelock {
namespace detail {

inline constexpr std::string_view hex_digits = "0123456789abcdef";

/// Makes a token of 32 hexadecimal digits that is different from all others. Fails where the system
/// has no random numbers.
system::error_code make_token(std::string& token);

/// Returns whether the text has the form of a token.
bool is_token(std::string_view text) noexcept;

/// Finds a temporary name, which no other process uses or takes for a lock. Fails where the system
/// has no random numbers.
system::error_code find_temporary_name(anchored_path const& path, anchored_path& name);

/// Returns the beginning of the path's temporary names. A long file name is cut, so that the
/// temporary names do not exceed the limit of the file system.
std::string temporary_prefix(anchored_path const& path);

/// Returns whether the name is a temporary name with this prefix, and not merely the similar name
/// of a file that is not ours.
bool is_temporary_name(std::string_view name, std::string_view prefix) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
