// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "exit_status.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

namespace filelock_tool {

exit_status status_of(boost::system::error_code const& ec)
{
    namespace errc = boost::system::errc;
    using boost::filelock::error;

    if (ec == errc::timed_out || ec == errc::operation_canceled ||
        ec == errc::operation_would_block)
        return conflict;
    if (ec == errc::not_enough_memory || ec == errc::too_many_files_open ||
        ec == errc::too_many_files_open_in_system || ec == errc::no_lock_available)
        return os_error;
    if (ec == errc::read_only_file_system || ec == errc::no_space_on_device)
        return cannot_create;
    if (ec == errc::no_such_file_or_directory || ec == errc::permission_denied ||
        ec == errc::not_a_directory)
        return no_input;
    if (ec == error::claim_damaged)
        return protocol;
    return bad_data;
}

} // namespace filelock_tool
