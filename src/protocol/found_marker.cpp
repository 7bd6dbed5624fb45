// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "found_marker.hpp"

#include "../platform/kernel_lock.hpp"
#include "access_marker.hpp"
#include "marker_record.hpp"
#include "server_errors.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

namespace boost {
namespace filelock {
namespace detail {

namespace errc = system::errc;

system::error_code found_marker::look(path_ref path)
{
    file.close();
    text.clear();
    auto ec = facts_of(path, facts);
    if (ec)
        return ec;
    if (!facts.is_regular)
        return error::not_a_lock_file;
    ec = file.open_existing(path);
    // A marker that this process may not read stays closed. EWOULDBLOCK: a lease of the kernel
    // (fcntl(2), F_SETLEASE).
    if (ec == errc::permission_denied || ec == errc::operation_not_permitted ||
        ec == errc::operation_would_block)
        return {};
    if (ec == errc::too_many_symbolic_link_levels || ec == errc::no_such_device_or_address)
        return error::not_a_lock_file; // it has become a link or a socket
    return ec ? ec : reread();
}

system::error_code found_marker::reread()
{
    if (auto const ec = check())
        return ec;
    auto const ec = read_all(file, longest_record, text);
    // Linux's NFS client may report EIO for a read of a file that another client has just removed.
    auto const now = ec == errc::io_error ? check() : system::error_code();
    return now ? now : ec;
}

system::error_code found_marker::check()
{
    if (auto const ec = facts_of(file, facts))
        return ec;
    if (facts.identity == file_identity()) // it was removed meanwhile
        return make_error_code(errc::no_such_file_or_directory);
    if (!facts.is_regular || facts.size > longest_record)
        return error::not_a_lock_file;
    return {};
}

bool names_nothing(path_ref path)
{
    found_marker found;
    return is_missing(found.look(path));
}

bool is_same(found_marker const& a, found_marker const& b) noexcept
{
    return a.facts.identity == b.facts.identity && a.facts.modified == b.facts.modified &&
           a.text == b.text;
}

bool may_be_a_marker(std::string const& text)
{
    return read_marker(text).kind != marker_content::foreign ||
           read_access(text).kind != access_content::foreign;
}

bool is_witnessed(found_marker const& found) noexcept
{
    bool has_one = true;
    return has_witness(found.file.native(), has_one) || has_one;
}

} // namespace detail
} // namespace filelock
} // namespace boost
