// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_TEMPORARY_NAME_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_TEMPORARY_NAME_HPP

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <string>
#include <string_view>

// Names beside a lock's path for what is on its way in or out.

namespace boost {
namespace filelock {
namespace detail {

/// 32 hexadecimal digits, unlike all others. Fails where the system has no random numbers.
system::error_code make_token(std::string& token);

/// A name that nobody else uses and nobody takes for a lock. Fails where the system has no random
/// numbers.
system::error_code find_temporary_name(filesystem::path const& path, filesystem::path& name);

/// What they begin with. A long name is cut, so that they can be had.
std::string temporary_prefix(filesystem::path const& path);

/// Whether it is one: nobody else's file, however alike its name.
bool is_temporary_name(std::string_view name, std::string_view prefix) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
