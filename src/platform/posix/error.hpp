// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_POSIX_ERROR_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_POSIX_ERROR_HPP

#include <boost/system/error_code.hpp>
#include <boost/system/system_category.hpp>

#include <cerrno>

namespace boost {
namespace filelock {
namespace detail {

inline system::error_code last_error() noexcept
{
    return {errno, system::system_category()};
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
