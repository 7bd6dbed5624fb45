// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_PARENT_DIRECTORIES_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_PARENT_DIRECTORIES_HPP

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

namespace boost {
namespace filelock {
namespace detail {

/// Makes the missing parent directories of the path. If `may_make` is false, it only checks that
/// the parent exists. Call it after the system has reported that a part of the path is missing.
/// Success means that another try is worthwhile.
system::error_code make_parent_directories(filesystem::path const& of, bool may_make);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
