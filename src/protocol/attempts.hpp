// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_ATTEMPTS_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_ATTEMPTS_HPP

#include "../platform/file.hpp"
#include "protocol.hpp"

#include <boost/system/errc.hpp>

#include <chrono>

// What the parts of the marker tree say to each other.

namespace boost {
namespace filelock {
namespace detail {

/// How often one attempt follows what others do meanwhile, and how long it leaves them alone then.
inline constexpr int tries = 10;
inline constexpr std::chrono::milliseconds crowded{10};

/// For who has the right of removal to be done with it.
inline constexpr std::chrono::milliseconds others_act{1};

inline bool is_had(answer const& a) noexcept
{
    return a.kind == answer::have_it;
}

/// Others came between.
inline answer once_more() noexcept
{
    return answer::again_after({});
}

inline bool is_once_more(answer const& a) noexcept
{
    return a.kind == answer::ask_again && a.delay == a.delay.zero();
}

/// Of what others remove at any time.
inline bool is_gone(system::error_code const& ec) noexcept
{
    return ec == system::errc::no_such_file_or_directory || is_server_lost(ec);
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
