// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "lock_directory.hpp"

#include "../platform/directory.hpp"
#include "marker_permissions.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

namespace boost {
namespace filelock {
namespace detail {

namespace errc = system::errc;

system::error_code lock_directory::open_existing(path_ref path)
{
    auto ec = file.open_directory(path);
    if (ec == errc::not_a_directory || ec == errc::too_many_symbolic_link_levels)
        return error::not_a_lock_file;
    if (!ec)
        ec = facts_of(file, facts, mount);
    if (ec)
        file.close();
    return ec;
}

system::error_code lock_directory::open_or_make(path_ref path, filesystem::perms permissions,
                                                exact which)
{
    bool is_new = false;
    auto ec = open_existing(path);
    if (ec == errc::no_such_file_or_directory) {
        ec = make_directory(path, permissions);
        is_new = !ec;
        if (is_new || ec == errc::file_exists)
            ec = open_existing(path);
    }
    bool const must_be_exact = which == exact::any || (which == exact::new_one && is_new);
    if (!ec && must_be_exact && facts.permissions != permissions) {
        auto const refused = set_permissions(file, permissions);
        return is_new ? refused : ec;
    }
    return ec;
}

system::error_code lock_directory::open_or_make(path_ref path,
                                                std::optional<filesystem::perms> const& of_files)
{
    if (of_files)
        return open_or_make(path, directory_permissions(*of_files), exact::any);
    return open_or_make(
        path, filesystem::owner_all | filesystem::group_all | filesystem::others_all, exact::none);
}

} // namespace detail
} // namespace filelock
} // namespace boost
