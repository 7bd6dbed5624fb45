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

/// The way in which a hold of a `soft_file_lease` or `soft_read_write_lock`, which has to be
/// refreshed, was lost. See <<losing,Losing a hold>>.
enum class loss_reason
{
    /// The marker, or its directory, is gone: other processes took the holder for dead, or a
    /// program or person removed it.
    marker_missing,

    /// The marker was replaced by that of another owner.
    owner_changed,

    /// The marker was not refreshed for so long that others may have evicted it.
    refresh_failed
};

/// A hold that was lost before it was released. An aggregate.
struct lease_loss
{
    /// The path of the lock, as it was given to its constructor.
    filesystem::path path;

    /// The token of the hold, as in its marker and in `owner_record::token`.
    std::string token;

    /// How it was lost.
    loss_reason reason = loss_reason::marker_missing;

    /// With `refresh_failed`, the last failure; none if a refresh came, but too late. None with the
    /// other reasons.
    system::error_code error;
};

} // namespace filelock
} // namespace boost

#endif
