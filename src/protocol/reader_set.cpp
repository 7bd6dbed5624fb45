// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "reader_set.hpp"

#include "../platform/kernel_lock.hpp"
#include "access_marker.hpp"
#include "attempts.hpp"
#include "marker_site.hpp"
#include "server_errors.hpp"

#include <algorithm>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr auto reader_litter_age = 60s;

} // namespace

bool reader_set::is_time_for_all() noexcept
{
    auto const now = std::chrono::steady_clock::now();
    bool const it_is = now - all_judged_ >= std::min<nanoseconds>(interval_ / 4, 1s);
    if (it_is)
        all_judged_ = now;
    return it_is;
}

attempt_result reader_set::drain(storage rules, filesystem::path const& fresh)
{
    std::vector<std::string> names, gone, going;
    bool const all = is_time_for_all();
    for (int i = 0; i < max_restarts; ++i) {
        auto ec = directory_.list(names, going);
        if (!ec && !directory_.is_in_place(rules, ec) && !ec) {
            directory_.close();
            return retry_now();
        }
        if (ec)
            return is_gone(ec) ? attempt_result::retry_after(contention_backoff)
                               : attempt_result(ec);
        if (all)
            remove_litter(rules, going, fresh);
        if (names.empty())
            return attempt_result::acquired;
        auto const a = evict_stale(rules, names, all);
        if (!is_immediate_retry(a))
            return a;
        // All of them have gone, but are listed again. The NFS 3 client does not ask the server,
        // since the last removal fell into the same tick of the directory's time. A new file
        // changes that time.
        if (rules != storage::local && names == gone)
            (void)marker_site(directory_.path_of(".listing"), rules).storage_time();
        gone.swap(names);
    }
    return attempt_result::retry_after(contention_backoff);
}

// One live reader is enough to wait for. But now and then all markers are looked at, since a marker
// becomes stale by how long it was seen unchanged.
attempt_result reader_set::evict_stale(storage rules, std::vector<std::string> const& names,
                                       bool all)
{
    if (all)
        checker_.forget_all_but(names);
    nanoseconds recheck_after = interval_;
    bool is_any = false;
    process_ = 0;
    for (auto const& name : names) {
        auto const path = directory_.path_of(name);
        marker_site const at(path, rules, {true, false, true, {}});
        found_marker found;
        auto ec = found.look(path);
        if (is_gone(ec))
            continue;
        if (ec)
            return ec;
        auto const v = checker_.check(name, found, at);
        if (v.error)
            return v.error;
        if (v.is_removable) {
            auto const still = [&](found_marker const& f) {
                return checker_.check(name, f, at).is_removable;
            };
            marker_outcome result;
            ec = at.evict(found, still, result);
            if (ec)
                return ec;
            if (result != marker_outcome::right_taken)
                continue;
            recheck_after = removal_backoff;
        } else if (v.recheck_after != 0s) {
            recheck_after = (std::min)(recheck_after, v.recheck_after);
        }
        if (!std::exchange(is_any, true))
            process_ = v.process;
        if (!all)
            break;
    }
    return is_any ? attempt_result::busy_for(recheck_after) : retry_now();
}

void reader_set::observe(storage rules)
{
    std::vector<std::string> names, going;
    if (directory_.list(names, going))
        return;
    checker_.forget_all_but(names);
    for (auto const& name : names) {
        auto const path = directory_.path_of(name);
        found_marker found;
        if (!found.look(path))
            (void)checker_.check(name, found, marker_site(path, rules));
    }
}

// Removes what evicting processes that died have left, if it is more than a minute old by the file
// system's clock.
void reader_set::remove_litter(storage rules, std::vector<std::string> const& names,
                               filesystem::path const& fresh) const
{
    file_facts ours;
    if (names.empty() || facts_of(fresh, ours))
        return;
    for (auto const& name : names) {
        auto const path = directory_.path_of(name);
        found_marker left;
        if (left.look(path) || !left.file.is_open() ||
            read_access(left.text).kind == access_content::foreign ||
            ours.modified - left.facts.changed <= reader_litter_age)
            continue;
        bool is_witnessed = false;
        if (rules == storage::local &&
            (has_witness(left.file.native(), is_witnessed) || is_witnessed))
            continue;
        (void)remove_name(path);
    }
}

watch_target reader_set::to_watch() const noexcept
{
    return {&directory_.file(), directory_.identity(), watch_kind::directory, process_};
}

} // namespace detail
} // namespace filelock
} // namespace boost
