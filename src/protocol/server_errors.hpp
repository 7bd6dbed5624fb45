// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_SERVER_ERRORS_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_SERVER_ERRORS_HPP

#include "../platform/file.hpp"

#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// Returns whether a file server no longer knows the file, perhaps only for a moment.
inline bool is_stale(system::error_code const& ec) noexcept
{
    return is_server_lost(ec) && ec != system::errc::not_connected;
}

/// Returns whether a path names nothing. ENOTCONN does not say so: what the path names is unknown.
inline bool is_missing(system::error_code const& ec) noexcept
{
    return ec && (ec == system::errc::no_such_file_or_directory || is_stale(ec));
}

/// Returns whether a file that other processes remove at any time has gone. Unlike `is_missing`, it
/// counts ENOTCONN.
inline bool is_gone(system::error_code const& ec) noexcept
{
    return ec && (ec == system::errc::no_such_file_or_directory || is_server_lost(ec));
}

/// Calls `ask` a second time where the first returned a stale handle, which may pass.
template <class F>
system::error_code ask_twice(F const& ask)
{
    auto const ec = ask();
    return is_stale(ec) ? ask() : ec;
}

/// Returns whether an error of making a file would be the same with another way of making it.
inline bool is_final(system::error_code const& ec) noexcept
{
    return ec == system::errc::read_only_file_system || ec == system::errc::too_many_files_open ||
           ec == system::errc::too_many_files_open_in_system || is_out_of_space(ec);
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
