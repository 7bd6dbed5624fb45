// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "reader_directory.hpp"

#include "../platform/directory.hpp"
#include "marker_permissions.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <new>

namespace boost {
namespace filelock {
namespace detail {

namespace errc = system::errc;

system::error_code reader_directory::open(std::optional<filesystem::perms> permissions)
{
    return open_.open_or_make(
        path_, directory_permissions(permissions.value_or(filesystem::no_perms)),
        permissions ? lock_directory::exact::any : lock_directory::exact::new_one);
}

bool reader_directory::is_in_place(storage rules, system::error_code& ec) const noexcept
{
    file_facts now;
    descriptor fresh; // a look-up without an open may be outdated (NFS: 30 s)
    if (rules != storage::local)
        ec = fresh.open_directory(path_);
    if (rules == storage::local || !ec)
        ec = fresh.is_open() ? facts_of(fresh, now) : facts_of(path_, now);
    if (ec == errc::no_such_file_or_directory || ec == errc::not_a_directory)
        ec.clear();
    else if (!ec)
        return now.identity == identity();
    return false;
}

marker_state reader_directory::state_of(std::string const& name, std::string const& text,
                                        system::error_code& ec) const noexcept
try {
    reader_directory fresh(path_);
    ec = fresh.open_existing();
    found_marker found;
    if (!ec)
        ec = found.look(fresh.path_of(name));
    auto state = marker_state::missing;
    if (!ec || ec == error::not_a_lock_file)
        state = !ec && found.text == text ? marker_state::intact : marker_state::replaced;
    if (state == marker_state::replaced || ec == errc::no_such_file_or_directory)
        ec.clear();
    return state;
} catch (std::bad_alloc const&) {
    ec = make_error_code(errc::not_enough_memory);
    return marker_state::missing;
}

system::error_code reader_directory::list(std::vector<std::string>& readers,
                                          std::vector<std::string>& going) const
{
    readers.clear();
    going.clear();
    auto const ec = for_each_name(path_of("."), [&](std::string const& name) {
        if (name.find(".break") != name.npos)
            going.push_back(name);
        else if (name.front() != '.')
            readers.push_back(name);
    });
    std::sort(readers.begin(), readers.end());
    return ec;
}

system::error_code is_listed(filesystem::path const& path, bool& it_is)
{
    auto const ec = has_name(path.parent_path(), path.filename().native(), it_is);
    return ec == errc::no_such_file_or_directory ? system::error_code() : ec;
}

} // namespace detail
} // namespace filelock
} // namespace boost
