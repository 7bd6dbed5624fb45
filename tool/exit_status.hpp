// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_EXIT_STATUS_HPP
#define BOOST_FILELOCK_TOOL_EXIT_STATUS_HPP

#include <boost/system/error_code.hpp>

// The exit statuses are those of flock(1), which are sysexits(3).

namespace filelock_tool {

enum exit_status : int
{
    success = 0,
    conflict = 1, ///< the lock was not acquired, or what was asked about does not hold
    bad_usage = 64,
    bad_data = 65,    ///< the file or descriptor cannot be locked
    no_input = 66,    ///< the file cannot be opened
    unavailable = 69, ///< the command cannot be executed
    software = 70,
    os_error = 71, ///< resources of the system are lacking
    cannot_create = 73,
    lost = 75,    ///< the lock was lost while the command ran
    protocol = 76 ///< another program does not follow the protocol: a damaged claim
};

/// Returns the status for an error of locking.
exit_status status_of(boost::system::error_code const& ec);

} // namespace filelock_tool

#endif
