// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "marker_site.hpp"

#include "../platform/directory.hpp"
#include "../platform/process.hpp"
#include "../platform/storage.hpp"
#include "marker_record.hpp"
#include "removal_right.hpp"
#include "server_errors.hpp"
#include "temporary_name.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <string>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;
namespace errc = system::errc;

constexpr auto boot_margin = 60s; // by which the clocks of two machines may drift apart

} // namespace

bool marker_site::is_local(descriptor const& file) const noexcept
{
    return has_local_rules(where_, file);
}

system::error_code marker_site::names(file_identity const& identity, bool& it_does) const noexcept
{
    it_does = false;
    file_facts named;
    auto const ec = facts_of(path_, named);
    if (ec)
        return is_missing(ec) ? system::error_code() : ec;
    it_does = named.identity == identity;
    return {};
}

system::error_code marker_site::evict(found_marker& theirs, marker_judgement const& is_removable,
                                      marker_outcome& result) const
{
    result = marker_outcome::retry;
    if (theirs.file.is_open() && is_local(theirs.file))
        return evict_locally(theirs, is_removable, result);
    if (policy_.unique_name)
        return evict_unique_name(theirs, is_removable);
    // The caller keeps other processes away from the name. The path is looked at again: the open
    // file may come from a cache.
    if (auto const ec = theirs.look(path_))
        return is_missing(ec) ? system::error_code() : ec;
    return is_removable(theirs) ? unlink_path() : system::error_code();
}

system::error_code marker_site::evict_locally(found_marker& theirs,
                                              marker_judgement const& is_removable,
                                              marker_outcome& result) const
{
    removal_right right(theirs.file);
    auto ec = right.try_to_take();
    if (ec == errc::operation_would_block) {
        result = marker_outcome::right_taken;
        return {};
    }
    bool it_does = false;
    if (!ec)
        ec = theirs.reread();
    if (!ec)
        ec = names(theirs.facts.identity, it_does);
    if (ec || !it_does || !is_removable(theirs))
        return ec;
    return unlink_path();
}

// No other marker will ever have the name, so a marker that was moved by mistake can be moved back.
system::error_code marker_site::evict_unique_name(found_marker const& theirs,
                                                  marker_judgement const& is_removable) const
{
    anchored_path name;
    auto ec = find_temporary_name(path_, name);
    if (!ec)
        ec = move_name(path_, name);
    if (ec)
        return is_missing(ec) ? system::error_code() : ec;
    found_marker moved;
    ec = ask_twice([&] { return moved.look(name); });
    auto& a = moved.facts;
    auto const& b = theirs.facts;
    if (!ec && a.size == b.size && a.modified == b.modified && moved.text == theirs.text) {
        a.changed = b.changed;   // rename(2) changes the ctime
        a.identity = b.identity; // sshfs: the inode number belongs to the path
        if (is_removable(moved)) {
            ec = remove_name(name);
            return is_missing(ec) ? system::error_code() : ec;
        }
    }
    auto const back = is_missing(ec) ? system::error_code() : move_name(name, path_);
    return ec && !is_missing(ec) ? ec : is_missing(back) ? system::error_code() : back;
}

system::error_code marker_site::remove(found_marker& theirs) const
{
    if (!theirs.file.is_open() || !is_local(theirs.file)) {
        found_marker now;
        auto const ec = now.look(path_);
        // The text of a lease is of one hold. Its owner may have refreshed it since the first look.
        bool const is_of_one_hold = read_marker(theirs.text).kind == marker_content::lease;
        if (!ec && (is_of_one_hold ? now.text == theirs.text : is_same(now, theirs)))
            return unlink_path();
        return is_missing(ec) ? system::error_code() : ec;
    }
    removal_right right(theirs.file);
    if (auto const ec = right.try_to_take())
        return ec;
    bool it_does;
    if (auto const ec = names(theirs.facts.identity, it_does))
        return ec;
    return it_does ? unlink_path() : system::error_code();
}

system::error_code marker_site::unlink_path() const noexcept
{
    auto const ec = remove_name(path_);
    return is_missing(ec) ? system::error_code() : ec;
}

// The inode number may belong to the name (sshfs), and so be another one after the move.
system::error_code marker_site::move_aside(found_marker const& theirs,
                                           anchored_path const& name) const
{
    auto ec = move_name(path_, name);
    found_marker moved;
    if (!ec)
        ec = ask_twice([&] { return moved.look(name); });
    if (!ec && moved.text == theirs.text && moved.facts.modified == theirs.facts.modified)
        ec = remove_name(name);
    return is_missing(ec) ? system::error_code() : ec;
}

std::optional<std::chrono::nanoseconds> marker_site::storage_time() const
{
    anchored_path name;
    descriptor file;
    file_facts facts;
    if (find_temporary_name(path_, name) || file.create(name, {}))
        return std::nullopt;
    auto const ec = facts_of(file, facts);
    (void)remove_name(name);
    return ec ? std::nullopt : std::optional(facts.modified);
}

std::optional<bool> marker_site::precedes_this_boot(found_marker const& found) const
{
    auto const uptime = system_uptime();
    auto const now = uptime ? storage_time() : std::nullopt;
    if (!now)
        return std::nullopt;
    return *now - found.facts.modified > *uptime + boot_margin;
}

// A process that replaces a marker may have died after the exchange of names, before it restored a
// holder's marker that it got by mistake: a file under a temporary name of that process, with a
// holder that is alive.
bool marker_site::hides_a_holder(std::int64_t pid) const
{
    auto const begin = temporary_prefix(path_) + std::to_string(pid) + '.';
    bool hides = false;
    auto const ec = for_temporary_names([&](anchored_path const& name, found_marker const& left) {
        bool const is_its = name.file_name().compare(0, begin.size(), begin) == 0;
        hides = hides || (is_its && is_witnessed(left));
    });
    return hides || ec;
}

system::error_code marker_site::for_temporary_names(
    std::function<void(anchored_path const&, found_marker const&)> const& f) const
{
    auto const prefix = temporary_prefix(path_);
    system::error_code failed;
    auto const ec = for_each_name(path_.parent(), [&](std::string const& entry) {
        if (!is_temporary_name(entry, prefix))
            return;
        auto const name = path_.beside(entry);
        found_marker found;
        auto const looked = found.look(name);
        if (looked && !is_missing(looked) && looked != error::not_a_lock_file)
            failed = looked;
        else if (!looked && (!found.file.is_open() || may_be_a_marker(found.text)))
            f(name, found);
    });
    return ec ? ec : failed;
}

} // namespace detail
} // namespace filelock
} // namespace boost
