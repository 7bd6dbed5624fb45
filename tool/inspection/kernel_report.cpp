// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "parts.hpp"

#include "../../src/platform/process.hpp"

#include <algorithm>
#include <utility>
#include <vector>

// The lock of a file, told by the kernel's locks on it.

namespace filelock_tool {
namespace fs = boost::filesystem;
namespace detail = boost::filelock::detail;
namespace {

using boost::filelock::owner_mode;
using detail::byte_range;

// The bytes that SQLite locks, and `read_write_lock`.
constexpr byte_range pending{0x40000000, 1}, reserved{0x40000001, 1}, shared{0x40000002, 510},
    all_lock_bytes{0x40000000, 512};

bool is_of_sqlite(kernel_lock_entry const& lock)
{
    return lock.type != "FLOCK" && lock.bytes.first >= all_lock_bytes.first &&
           lock.bytes.length <= all_lock_bytes.length && lock.bytes.meets(all_lock_bytes);
}

/// What one process has of a file.
struct share
{
    std::int64_t pid = 0;
    bool has_shared = false, has_exclusive = false, has_pending = false, has_reserved = false;

    void add(kernel_lock_entry const& lock, bool is_read_write)
    {
        auto const has = [&](byte_range bytes) { return lock.bytes.meets(bytes); };
        if (!is_read_write || has(shared))
            (lock.is_shared ? has_shared : has_exclusive) = true;
        if (is_read_write && !lock.is_shared) {
            has_pending = has_pending || has(pending);
            has_reserved = has_reserved || has(reserved);
        }
    }

    /// Returns whether the process only passes the gate: a reader locks PENDING for a moment.
    bool is_nothing() const
    {
        return !has_shared && !has_exclusive && !has_pending && !has_reserved;
    }

    owner_mode mode() const
    {
        return has_exclusive                 ? owner_mode::kernel_exclusive
               : has_pending || has_reserved ? owner_mode::kernel_upgrade
                                             : owner_mode::kernel_shared;
    }
};

share& share_of(std::int64_t pid, std::vector<share>& shares)
{
    auto const known =
        std::find_if(shares.begin(), shares.end(), [&](share const& s) { return s.pid == pid; });
    if (known != shares.end())
        return *known;
    shares.push_back({pid});
    return shares.back();
}

lock_holder holder_by(share const& s)
{
    lock_holder holder;
    holder.owner.mode = s.mode();
    holder.is_waiting = s.has_pending && !s.has_exclusive;
    holder.owner.hostname = detail::host_name();
    if (s.pid <= 0)
        return holder; // this process does not see it
    holder.owner.pid = s.pid;
    holder.owner.command = detail::command_of(s.pid);
    holder.alive = liveness::alive; // the kernel drops the locks of the others
    return holder;
}

} // namespace

lock_report kernel_report(fs::path const& path, std::vector<kernel_lock_entry> const& on_it,
                          kernel_locks& locks)
{
    bool const is_read_write =
        !on_it.empty() && std::all_of(on_it.begin(), on_it.end(), is_of_sqlite);
    std::vector<share> shares;
    for (auto const& lock : on_it) {
        auto pids = locks.holders_of(lock);
        if (pids.empty())
            pids.push_back(0);
        for (auto const pid : pids)
            share_of(pid, shares).add(lock, is_read_write);
    }
    lock_report report{path, is_read_write ? lock_kind::read_write_lock : lock_kind::file_lock,
                       lock_state::free};
    for (auto const& s : shares)
        if (!s.is_nothing())
            report.holders.push_back(holder_by(s));
    // Those that hold come first.
    std::stable_partition(report.holders.begin(), report.holders.end(),
                          [](lock_holder const& h) { return !h.is_waiting; });
    if (!report.holders.empty())
        report.state = lock_state::held;
    return report;
}

std::optional<lock_report> kernel_report_of(fs::path const& path, lock_kind kind,
                                            kernel_locks& locks)
{
    struct ::stat facts = {};
    if (!facts_of(path, facts) || !(S_ISREG(facts.st_mode) || S_ISDIR(facts.st_mode)))
        return std::nullopt;
    auto on_it = locks.on(path, facts);
    auto const excludes = [&](kernel_lock_entry const& lock) {
        bool const is_witness = lock.bytes.first == 0 && lock.bytes.length == 1;
        return kind == lock_kind::file_lock
                   ? !is_witness && !is_of_sqlite(lock)
                   : lock.type != "FLOCK" && lock.bytes.meets(all_lock_bytes);
    };
    on_it.erase(std::remove_if(on_it.begin(), on_it.end(),
                               [&](kernel_lock_entry const& lock) { return !excludes(lock); }),
                on_it.end());
    auto report = kernel_report(path, on_it, locks);
    report.kind = kind;
    return report;
}

} // namespace filelock_tool
