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

/// How a hold was lost that has to be kept up.
enum class loss_reason
{
    marker_missing, ///< the marker has gone: others took the holder for dead
    owner_changed,  ///< and there is another's in its place
    refresh_failed  ///< it could not be kept up for so long that others may have taken it
};

/// A hold that was lost although nobody gave it back.
struct lease_loss
{
    filesystem::path path; ///< of the lock, as it was given to its constructor
    std::string token;     ///< of the hold
    loss_reason reason = loss_reason::marker_missing;
    system::error_code error; ///< with `refresh_failed`, what failed last, if anything did
};

} // namespace filelock
} // namespace boost

#endif
