// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "whole_file.hpp"

#include "../platform/descriptor.hpp"
#include "../platform/directory.hpp"
#include "../platform/file.hpp"
#include "claim_record.hpp"
#include "found_marker.hpp"
#include "server_errors.hpp"
#include "temporary_name.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

namespace boost {
namespace filelock {
namespace detail {
namespace {

namespace errc = system::errc;

constexpr std::chrono::seconds private_age{2};

// Before a name is believed to be gone: one look may be answered from a cache.
constexpr int most_reads = 3;

bool is_without_links(system::error_code const& ec) noexcept
{
    return ec == errc::operation_not_permitted || ec == errc::function_not_supported ||
           ec == errc::not_supported || ec == errc::operation_not_supported ||
           ec == errc::cross_device_link;
}

// Returns in `it_does` whether the path names a file with this text. A token makes the text unique.
system::error_code reads(anchored_path const& path, std::string const& text, bool& it_does)
{
    found_marker found;
    system::error_code ec;
    it_does = false;
    for (int i = 0; i < most_reads && !it_does; ++i) {
        ec = found.look(path);
        it_does = !ec && found.text == text;
    }
    return is_missing(ec) || ec == error::not_a_lock_file ? system::error_code() : ec;
}

system::error_code write(descriptor const& file, std::string const& text,
                         std::optional<filesystem::perms> const& permissions, bool is_local,
                         std::chrono::nanoseconds& made)
{
    auto ec = write_all(file, text);
    if (!ec && !is_local)
        ec = flush(file); // other hosts find it empty until this machine writes it back
    file_facts facts;
    if (!ec)
        ec = ask_twice([&] { return facts_of(file, facts); });
    made = facts.modified;
    if (!ec && permissions && *permissions != facts.permissions)
        ec = set_permissions(file, *permissions); // whatever the umask
    return ec;
}

} // namespace

// An NFS client that repeats a request may report EEXIST although the link was made, and sshfs
// reports EPERM for EEXIST.
system::error_code link_whole(anchored_path const& from, anchored_path const& to,
                              std::string const& text, publication& result)
{
    auto const ec = add_name(from, to);
    bool is_ours = false, is_there = !ec || ec == errc::file_exists;
    if (ec && !is_there) {
        if (is_gone(ec)) {
            result = publication::disturbed;
            return {};
        }
        file_facts there;
        is_there = is_without_links(ec) && !facts_of(to, there);
        if (!is_there)
            return is_without_links(ec) ? make_error_code(error::hard_links_not_supported) : ec;
    }
    auto const failed = reads(to, text, is_ours);
    result = is_ours ? publication::done : ec ? publication::taken : publication::disturbed;
    return failed;
}

system::error_code publish_whole(anchored_path const& path, std::string const& text,
                                 std::optional<filesystem::perms> const& permissions, bool is_local,
                                 publication& result, std::chrono::nanoseconds& made)
{
    std::string token;
    if (auto const ec = make_token(token))
        return ec;
    auto const name = path.beside(private_name(path.file_name(), token));
    descriptor file;
    auto ec = file.create(name, permissions);
    if (ec)
        return ec;
    ec = write(file, text, permissions, is_local, made);
    if (!ec)
        ec = link_whole(name, path, text, result);
    (void)remove_name(name); // with a second link it is litter that any process removes
    return ec;
}

void remove_private(anchored_path const& path, std::chrono::nanoseconds now)
{
    file_facts facts;
    if (!facts_of(path, facts) && facts.is_regular &&
        (facts.has_other_names || now - facts.modified >= private_age))
        (void)remove_name(path);
}

void remove_privates_of(anchored_path const& path, std::chrono::nanoseconds now)
{
    auto const public_name = path.file_name();
    (void)for_each_name(path.parent(), [&](std::string const& name) {
        if (public_name_of(name) == public_name)
            remove_private(path.beside(name), now);
    });
}

} // namespace detail
} // namespace filelock
} // namespace boost
