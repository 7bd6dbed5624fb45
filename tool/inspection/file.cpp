// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "parts.hpp"

#include "../../src/protocol/lease_record.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <string>
#include <utility>

// The file at the path of a lock.

namespace filelock_tool {
namespace fs = boost::filesystem;
namespace detail = boost::filelock::detail;
namespace {

using boost::filelock::owner_mode;
using detail::marker_content;

lock_report soft_file_report(fs::path const& path, seen_marker const& seen,
                             marker_content const& content, bool has_witness)
{
    lock_report report{path, lock_kind::soft_file_lock, lock_state::held};
    report.holders.push_back(holder_of(content.owner, owner_mode::marker, has_witness));
    report.holders.back().age = seen.since_modified; // it is written once
    return report;
}

lock_report lease_report(fs::path const& path, seen_marker const& seen,
                         marker_content const& content, bool has_witness)
{
    lock_report report{path, lock_kind::soft_file_lease, lock_state::held};
    auto holder = holder_of(content.owner, owner_mode::lease, has_witness);
    holder.owner.token = content.token;
    holder.heartbeat_age = seen.since_modified;
    holder.age = seen.since_created;
    if (content.kind == marker_content::lease) {
        holder.owner.duration = content.duration;
        holder.expires_in = content.duration - seen.since_modified;
    } else {
        report.kind.reset();
        holder.owner.mode = owner_mode::unknown;
        report.note = "a marker of a later version";
    }
    report.holders.push_back(std::move(holder));
    return report;
}

lock_report unfinished_report(fs::path const& path, seen_marker const& seen)
{
    lock_report report{path, lock_kind::soft_file_lock, lock_state::unfinished};
    if (detail::begins_as_lease(seen.text))
        report.kind = lock_kind::soft_file_lease;
    report.holders.emplace_back();
    report.holders.back().owner.mode =
        *report.kind == lock_kind::soft_file_lease ? owner_mode::lease : owner_mode::marker;
    report.holders.back().age = seen.since_modified;
    report.note = "being written, or left by a writer that died";
    return report;
}

lock_report record_report(fs::path const& path, seen_marker const& seen,
                          std::vector<kernel_lock_entry> const& on_it, kernel_locks& locks)
{
    auto const content = detail::read_marker(seen.text);
    bool const has_witness = includes_witness(on_it);
    switch (content.kind) {
    case marker_content::record:
        return soft_file_report(path, seen, content, has_witness);
    case marker_content::lease:
    case marker_content::other_contract:
        return lease_report(path, seen, content, has_witness);
    case marker_content::sentinel:
        if (auto report = strict_report(path))
            return std::move(*report);
        break;
    case marker_content::beginning:
        return unfinished_report(path, seen);
    case marker_content::foreign:
        break;
    }
    if (!on_it.empty())
        return kernel_report(path, on_it, locks);
    lock_report report{path, std::nullopt, lock_state::other};
    report.note = "a file of another program";
    return report;
}

// A marker that is made in place is empty for a moment, and then has its witness already.
lock_report empty_report(fs::path const& path, seen_marker const& seen,
                         std::vector<kernel_lock_entry> const& on_it, kernel_locks& locks)
{
    bool const is_marker =
        on_it.size() == 1 && includes_witness(on_it) && on_it.front().bytes.length == 1;
    if (is_marker)
        return unfinished_report(path, seen);
    if (!on_it.empty())
        return kernel_report(path, on_it, locks);
    lock_report report{path, std::nullopt, lock_state::free};
    report.note = "empty: a file_lock or read_write_lock, or an unfinished marker";
    return report;
}

lock_report regular_report(fs::path const& path, struct ::stat const& facts, kernel_locks& locks)
{
    auto const on_it = locks.on(path, facts);
    auto const seen = look_at(path);
    if (seen.error == boost::system::errc::no_such_file_or_directory)
        return {path};
    if (seen.is_readable && !seen.error)
        return seen.text.empty() ? empty_report(path, seen, on_it, locks)
                                 : record_report(path, seen, on_it, locks);
    bool const is_locked = !on_it.empty() && !includes_witness(on_it);
    if (is_locked)
        return kernel_report(path, on_it, locks);
    lock_report report{path, std::nullopt, lock_state::unreadable};
    report.note = seen.error ? seen.error.message() : "permission denied";
    return report;
}

char const* type_of(::mode_t mode)
{
    return S_ISLNK(mode)    ? "a symbolic link, which locks do not follow"
           : S_ISFIFO(mode) ? "a FIFO"
           : S_ISSOCK(mode) ? "a socket"
           : S_ISDIR(mode)  ? "a directory"
                            : "a device";
}

} // namespace

std::optional<lock_report> file_report(fs::path const& path, kernel_locks& locks)
{
    struct ::stat facts = {};
    if (!facts_of(path, facts))
        return std::nullopt;
    if (S_ISREG(facts.st_mode)) {
        auto report = regular_report(path, facts, locks);
        if (report.state == lock_state::missing)
            return std::nullopt;
        return report;
    }
    if (S_ISDIR(facts.st_mode)) {
        auto const on_it = locks.on(path, facts);
        if (on_it.empty())
            return std::nullopt;
        return kernel_report(path, on_it, locks);
    }
    lock_report report{path, std::nullopt, lock_state::other};
    report.note = type_of(facts.st_mode);
    return report;
}

} // namespace filelock_tool
