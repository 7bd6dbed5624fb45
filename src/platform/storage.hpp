// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_STORAGE_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_STORAGE_HPP

#include "descriptor.hpp"

#include <boost/system/error_code.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// Whether the file is on a file system that is known to be used by one machine alone.
system::error_code is_on_local_storage(descriptor const& file, bool& is_local) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
