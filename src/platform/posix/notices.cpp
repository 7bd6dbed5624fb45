// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../notices.hpp"

// Where nothing tells of changes, or is not to be asked.
#if !defined(__linux__) || defined(BOOST_FILELOCK_NO_CHANGE_NOTICE)

namespace boost {
namespace filelock {
namespace detail {

watching notices::watch(file_watch&, watched const&, file_identity const&) noexcept
{
    return watching::no;
}

void notices::forget(file_watch&) noexcept {}

void notices::read() noexcept {}

void notices::start_afresh_after_fork() noexcept {}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
