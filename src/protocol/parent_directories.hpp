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

/// After the system has said that a part of the path is missing. No error: it is worth another try.
system::error_code make_parent_directories(filesystem::path const& of, bool may_make);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
