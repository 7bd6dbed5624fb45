// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_ACCESS_HOLDERS_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_ACCESS_HOLDERS_HPP

#include <boost/filelock/owner_record.hpp>

#include <boost/filesystem/path.hpp>

#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// Returns what the markers of readers and writers say, as far as they can be read: the readers
/// before the writer, which waits for them to leave.
std::vector<owner_record> access_holders(filesystem::path const& readers,
                                         filesystem::path const& write);

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
