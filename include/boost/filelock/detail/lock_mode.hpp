// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_LOCK_MODE_HPP
#define BOOST_FILELOCK_DETAIL_LOCK_MODE_HPP

namespace boost {
namespace filelock {
namespace detail {

/// The mode of a hold. Each mode is stronger than those before it. A shared hold is compatible with
/// shared holds and one upgrade hold; an exclusive hold is compatible with no other.
enum class lock_mode : unsigned char
{
    none,
    shared,
    upgrade,
    exclusive
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
