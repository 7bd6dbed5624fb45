// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "staleness_checker.hpp"

#include "../platform/kernel_lock.hpp"
#include "../platform/process.hpp"
#include "access_marker.hpp"

#include <boost/filelock/error.hpp>

#include <algorithm>
#include <iterator>

namespace boost {
namespace filelock {
namespace detail {

using namespace std::chrono_literals;

namespace {

constexpr auto unwatched_peer_poll = 1s; // for a peer if no notification reports its end

} // namespace

marker_verdict staleness_checker::check(std::string const& name, found_marker const& found,
                                        marker_site const& at)
{
    marker_verdict v;
    auto const unchanged = unchanged_for(name, found);
    auto const content = read_access(found.text);
    if (found.file.is_open() && content.kind == access_content::foreign) {
        v.error = error::not_a_lock_file;
        return v;
    }
    v.is_removable = unchanged >= threshold_;
    if (v.is_removable || !found.file.is_open())
        ; // already removable, or of unknown owner: we may not read it
    else if (content.kind == access_content::record) {
        auto seen = find_process({content.owner.pid, content.owner.host, {}});
        if (seen.kind == process_status::gone && may_be_a_namesakes(name, found, at))
            seen.kind = process_status::unknown;
        switch (seen.kind) {
        case process_status::alive:
            v.process = seen.pid;
            break;
        case process_status::gone:
            v.is_removable = is_dead(found, at, v);
            break;
        case process_status::unknown:
            v.is_removable = age_.exceeds(2 * threshold_, found.facts, at);
            break;
        }
    }
    if (!v.is_removable && (v.recheck_after == 0s || v.recheck_after > threshold_ - unchanged))
        v.recheck_after = threshold_ - unchanged;
    return v;
}

bool staleness_checker::is_dead(found_marker const& found, marker_site const& at,
                                marker_verdict& v) const
{
    bool is_witnessed = false;
    if (at.is_local(found.file) && (has_witness(found.file.native(), is_witnessed) || is_witnessed))
        v.recheck_after = unwatched_peer_poll;
    return v.recheck_after == 0s;
}

// Returns whether the marker may be of another host with our host name. The records of the tree do
// not say in which boot of a system their owners were started.
bool staleness_checker::may_be_a_namesakes(std::string const& name, found_marker const& found,
                                           marker_site const& at)
{
    if (at.is_local(found.file))
        return false;
    auto& known = samples_[name].precedes_this_boot;
    if (!known)
        known = at.precedes_this_boot(found);
    return !known.value_or(false);
}

std::chrono::nanoseconds staleness_checker::unchanged_for(std::string const& name,
                                                          found_marker const& found)
{
    auto const now = clock::now();
    auto& known = samples_[name];
    if (known.since == clock::time_point() || !is_unchanged(known.facts, found.facts) ||
        known.text != found.text)
        known = {found.facts, found.text, now};
    return now - known.since;
}

void staleness_checker::forget_all_but(std::vector<std::string> const& names)
{
    for (auto it = samples_.begin(); it != samples_.end();) {
        bool const is_there = std::binary_search(names.begin(), names.end(), it->first);
        it = is_there ? std::next(it) : samples_.erase(it);
    }
}

} // namespace detail
} // namespace filelock
} // namespace boost
