// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "inspection.hpp"

#include "parts.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace filelock_tool {
namespace fs = boost::filesystem;
namespace {

bool is_held(lock_report const& report)
{
    return report.state == lock_state::held || report.state == lock_state::claimed;
}

bool is_ambiguous(lock_report const& report)
{
    return !report.kind &&
           (report.state == lock_state::free || report.state == lock_state::unreadable);
}

// Returns the path of the lock to which the file belongs. An operator may name a marker.
fs::path lock_of(fs::path const& path)
{
    auto const& name = path.native();
    for (std::string const suffix : {write_suffix, readers_suffix, claims_suffix, fence_suffix}) {
        bool const has_it = name.size() > suffix.size() &&
                            name.compare(name.size() - suffix.size(), suffix.size(), suffix) == 0;
        if (has_it)
            return name.substr(0, name.size() - suffix.size());
    }
    return path;
}

/// Returns the report on a lock of this kind, if the files are such.
lock_report of_kind(fs::path const& path, lock_kind wanted, std::vector<lock_report> all)
{
    for (auto& report : all)
        if (report.kind == wanted)
            return std::move(report);
    for (auto& report : all) {
        if (!is_ambiguous(report))
            continue;
        report.kind = wanted;
        if (report.state == lock_state::free) // an empty file: for these kinds, an empty marker
            report.state = lock_state::unfinished;
        return std::move(report);
    }
    lock_report report{path, wanted};
    if (!all.empty() && !all.front().note.empty())
        report.note = all.front().note;
    else if (!all.empty() && all.front().kind)
        report.note = std::string("a ") + name_of(*all.front().kind);
    if (!all.empty() && all.front().state != lock_state::free)
        report.state = lock_state::other;
    return report;
}

} // namespace

std::vector<lock_report> reports_at(fs::path const& path, kernel_locks& locks)
{
    std::vector<lock_report> all;
    if (auto report = file_report(path, locks))
        all.push_back(std::move(*report));
    if (auto report = soft_read_write_report(path, locks))
        all.push_back(std::move(*report));
    bool const has_strict = !all.empty() && all.front().kind == lock_kind::strict_soft_file_lock;
    auto report = has_strict ? std::nullopt : strict_report(path);
    if (report)
        all.push_back(std::move(*report));
    auto const fence = fence_of(path);
    if (fence && all.empty())
        all.push_back({path, lock_kind::soft_file_lease, lock_state::free});
    if (fence && all.front().kind == lock_kind::soft_file_lease)
        all.front().fence = fence;
    return all;
}

bool keeps_others_out(lock_state state) noexcept
{
    return state != lock_state::missing && state != lock_state::free;
}

char const* name_of(lock_state state) noexcept
{
    constexpr char const* names[] = {"missing",    "free",    "held",       "claimed",
                                     "unfinished", "damaged", "unreadable", "other"};
    return names[static_cast<int>(state)];
}

char const* name_of(liveness alive) noexcept
{
    constexpr char const* names[] = {"alive", "gone", "unknown"};
    return names[static_cast<int>(alive)];
}

std::vector<lock_report> inspect_all(fs::path const& path)
{
    kernel_locks locks;
    auto all = reports_at(path, locks);
    auto const base = lock_of(path);
    bool const is_part = base != path && (all.empty() || all.front().state == lock_state::other);
    auto of_base = is_part ? reports_at(base, locks) : std::vector<lock_report>();
    if (!of_base.empty())
        return of_base;
    if (all.empty())
        all.push_back({path});
    return all;
}

lock_report inspect(fs::path const& path, std::optional<lock_kind> wanted)
{
    kernel_locks locks;
    auto kernels =
        wanted && is_kernel_kind(*wanted) ? kernel_report_of(path, *wanted, locks) : std::nullopt;
    if (kernels)
        return std::move(*kernels);
    if (wanted)
        return of_kind(path, *wanted, reports_at(path, locks));
    auto all = inspect_all(path);
    auto const held = std::find_if(all.begin(), all.end(), is_held);
    return held == all.end() ? std::move(all.front()) : std::move(*held);
}

} // namespace filelock_tool
