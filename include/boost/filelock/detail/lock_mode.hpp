// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_LOCK_MODE_HPP
#define BOOST_FILELOCK_DETAIL_LOCK_MODE_HPP

namespace boost {
namespace filelock {
namespace detail {

enum class lock_mode : unsigned char
{
    exclusive
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
