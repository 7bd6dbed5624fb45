// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_LEASE_LOSS_HPP
#define BOOST_FILELOCK_LEASE_LOSS_HPP

#include <boost/filelock/config.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <string>

namespace boost {
namespace filelock {

/// The way in which a hold that has to be refreshed was lost.
enum class loss_reason
{
    marker_missing, ///< the marker is gone: other processes took the holder for dead
    owner_changed,  ///< the marker was replaced by that of another owner
    refresh_failed  ///< the marker was not refreshed for so long that others may have evicted it
};

/// A hold that was lost before it was released. An aggregate.
struct lease_loss
{
    filesystem::path path; ///< the path of the lock, as given to its constructor
    std::string token;     ///< the token of the hold
    loss_reason reason = loss_reason::marker_missing;
    system::error_code error; ///< with `refresh_failed`, the last failure, if there was one
};

} // namespace filelock
} // namespace boost

#endif
