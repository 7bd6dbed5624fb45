// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "lock_file.hpp"

#include "parents.hpp"

namespace boost {
namespace filelock {
namespace detail {

// The parents may be missing, or have gone between making them and the open.
system::error_code lock_file::open_after(system::error_code ec, access least)
{
    for (int i = 1; ec == system::errc::no_such_file_or_directory; ++i) {
        if (auto const failed = make_parents(path_, create_directories_))
            return failed;
        if (i == tries)
            return ec;
        ec = file_.open_lock_file(path_, permissions_, least);
    }
    if (!ec)
        return ec;
    // A symbolic link gives ELOOP, a socket ENXIO; a loop of links further up gives ELOOP as well.
    file_facts found;
    if (ec != system::errc::is_a_directory && !facts_of(path_, found) && !found.is_regular)
        return error::not_a_lock_file;
    return ec;
}

bool lock_file::is_good_after(system::error_code& ec) noexcept
{
    bool good = false;
    if (!ec)
        ec = is_good(good);
    if (ec == system::errc::operation_would_block) {
        ec.clear(); // somebody else has it
        is_lost_ = true;
    }
    // After these the server may have forgotten the lock, whatever it says later.
    if (is_server_lost(ec))
        is_lost_ = true;
    return good;
}

} // namespace detail
} // namespace filelock
} // namespace boost
