// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "published_file.hpp"

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

// Returns in `it_does` whether the path names the file. On network storage the text decides, which
// has a token, and one look may be answered from a cache.
system::error_code names(anchored_path const& path, published_file const& file, bool& it_does)
{
    system::error_code ec;
    it_does = false;
    if (file.is_local) {
        file_facts named;
        ec = facts_of(path, named);
        it_does = !ec && named.identity == file.facts.identity;
    }
    found_marker found;
    for (int i = 0; i < most_reads && !file.is_local && !it_does; ++i) {
        ec = found.look(path);
        it_does = !ec && found.text == file.text;
    }
    return is_missing(ec) || ec == error::not_a_lock_file ? system::error_code() : ec;
}

system::error_code write(published_file& file, descriptor const& to)
{
    auto ec = write_all(to, file.text);
    if (!ec && (!file.is_local || file.is_lasting))
        ec = flush(to); // other hosts find it empty until this machine writes it back
    if (!ec)
        ec = ask_twice([&] { return facts_of(to, file.facts); });
    bool const is_as_wished = !file.permissions || *file.permissions == file.facts.permissions;
    return ec || is_as_wished ? ec : set_permissions(to, *file.permissions); // whatever the umask
}

} // namespace

// An NFS client that repeats a request may report EEXIST although the link was made, and sshfs
// reports EPERM for EEXIST.
system::error_code add_name_of(published_file const& file, anchored_path const& from,
                               anchored_path const& to, publication& result)
{
    auto const ec = add_name(from, to);
    result = publication::disturbed;
    if (is_gone(ec))
        return {};
    if (ec && ec != errc::file_exists) {
        file_facts there;
        if (!is_without_links(ec))
            return ec;
        if (facts_of(to, there))
            return error::hard_links_not_supported;
    }
    bool it_does = false;
    auto const failed = names(to, file, it_does);
    if (it_does)
        result = publication::done;
    else if (ec)
        result = publication::taken;
    return failed;
}

system::error_code publish(published_file& file, anchored_path const& path, publication& result)
{
    std::string token;
    if (auto const ec = make_token(token))
        return ec;
    auto const name = path.beside(draft_name(path.file_name(), token));
    descriptor written;
    auto ec = written.create(name, file.permissions);
    if (ec)
        return ec;
    ec = write(file, written);
    if (!ec)
        ec = add_name_of(file, name, path, result);
    else if (!file.is_local && names_nothing(name)) {
        // NFS reports EIO or ESTALE for what is written to a file that another client removed.
        result = publication::disturbed;
        return {};
    }
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
        if (published_name_of(name) == public_name)
            remove_private(path.beside(name), now);
    });
}

} // namespace detail
} // namespace filelock
} // namespace boost
