// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "deadlock_search.hpp"

#include "deadlock_waits.hpp"

#include "../../src/platform/linux/proc.hpp"
#include "../../src/platform/process.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/strong_components.hpp>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <utility>

namespace filelock_tool {
namespace fs = boost::filesystem;
namespace detail = boost::filelock::detail;
namespace {

using pids = std::set<std::int64_t>;

bool exclude_each_other(kernel_lock_entry const& a, kernel_lock_entry const& b)
{
    return a.file == b.file && (a.type == "FLOCK") == (b.type == "FLOCK") &&
           !(a.is_shared && b.is_shared) && a.bytes.meets(b.bytes);
}

/// The locks and the waits of all processes at about one moment.
class picture
{
public:
    picture() : list_(listed_kernel_locks()), waits_(waits_in(list_))
    {
        if (!waits_.known.empty())
            descriptors_ = locked_descriptors();
    }

    std::vector<kernel_wait> const& waits() const { return waits_.known; }
    std::size_t unknown_waits() const { return waits_.unknown; }

    /// Returns the processes that have the lock. Where no descriptor shows it, the pid in the list
    /// counts: a lock of type POSIX belongs to that process itself.
    pids holders_of(kernel_lock_entry const& lock) const
    {
        pids all;
        for (auto const& d : descriptors_)
            if (d.lock.is_same_lock(lock))
                all.insert(d.pid);
        if (lock.pid > 0 && (all.empty() || lock.type == "POSIX"))
            all = {lock.pid};
        return all;
    }

    /// Returns the locks that are in the way of the request. The kernel shows the request below
    /// only one of them.
    std::vector<kernel_lock_entry> in_way_of(kernel_lock_entry const& request) const
    {
        std::vector<kernel_lock_entry> all;
        for (auto const& entry : list_)
            if (!entry.is_waiting && exclude_each_other(entry, request))
                all.push_back(entry);
        return all;
    }

    /// Returns the processes for which this one waits. It waits for itself only where the lock
    /// below which the kernel shows the request is its own: one that it converts is not in its way.
    pids blockers_of(kernel_wait const& wait) const
    {
        pids all;
        for (auto const& lock : in_way_of(wait.request)) {
            auto const holders = holders_of(lock);
            all.insert(holders.begin(), holders.end());
        }
        if (!waits_for_itself(wait))
            all.erase(wait.pid);
        return all;
    }

    fs::path path_of(kernel_lock_entry const& lock) const
    {
        boost::system::error_code ec;
        for (auto const& d : descriptors_) {
            if (d.lock.file != lock.file)
                continue;
            auto path = fs::read_symlink("/proc/" + std::to_string(d.pid) + "/fd/" + d.number, ec);
            if (!ec)
                return path;
        }
        return {};
    }

private:
    bool waits_for_itself(kernel_wait const& wait) const
    {
        auto const& request = wait.request;
        bool is_certain = false;
        for (auto const& entry : list_) {
            bool const is_it = entry.is_waiting && entry.is_same_lock(request) &&
                               (entry.pid == wait.pid || entry.pid == -1);
            if (!is_it)
                continue;
            auto const blocker = std::find_if(list_.begin(), list_.end(), [&](auto const& e) {
                return !e.is_waiting && e.number == entry.number;
            });
            if (blocker == list_.end() || holders_of(*blocker) != pids{wait.pid})
                return false;
            is_certain = true;
        }
        return is_certain;
    }

    std::vector<kernel_lock_entry> list_;
    kernel_waits waits_;
    std::vector<locked_descriptor> descriptors_;
};

using graph = std::map<std::int64_t, pids>; // who waits for whom

graph graph_of(picture const& now)
{
    graph edges;
    for (auto const& wait : now.waits()) {
        auto const blockers = now.blockers_of(wait);
        edges[wait.pid].insert(blockers.begin(), blockers.end());
    }
    return edges;
}

/// Returns the sets of processes that wait for each other.
std::set<pids> circles_in(graph const& edges)
{
    std::vector<std::int64_t> names; // by vertex
    std::map<std::int64_t, std::size_t> vertices;
    auto const vertex_of = [&](std::int64_t pid) {
        auto const known = vertices.emplace(pid, names.size());
        if (known.second)
            names.push_back(pid);
        return known.first->second;
    };
    boost::adjacency_list<> g;
    for (auto const& edge : edges)
        for (auto const to : edge.second)
            boost::add_edge(vertex_of(edge.first), vertex_of(to), g);
    std::vector<std::size_t> components(names.size());
    auto const count = boost::strong_components(
        g,
        boost::make_iterator_property_map(components.begin(), boost::get(boost::vertex_index, g)));
    std::vector<pids> members(count);
    for (std::size_t i = 0; i != names.size(); ++i)
        members[components[i]].insert(names[i]);
    std::set<pids> circles;
    for (auto const& m : members) {
        auto const first = edges.find(*m.begin());
        bool const is_circle =
            m.size() > 1 || (first != edges.end() && first->second.count(*m.begin()) != 0);
        if (is_circle)
            circles.insert(m);
    }
    return circles;
}

/// Returns the members along a circle, as far as there is one.
std::vector<std::int64_t> in_order(pids members, graph const& edges)
{
    std::vector<std::int64_t> order;
    auto at = *members.begin();
    for (;;) {
        order.push_back(at);
        members.erase(at);
        auto const& next = edges.at(at);
        auto const found = std::find_if(next.begin(), next.end(),
                                        [&](auto pid) { return members.count(pid) != 0; });
        if (members.empty())
            return order;
        at = found != next.end() ? *found : *members.begin();
    }
}

long threads_of(std::int64_t pid)
{
    auto const status = detail::read_proc("/proc/" + std::to_string(pid) + "/status").value_or("");
    return std::strtol(std::string(detail::value_of(status, "Threads:")).c_str(), nullptr, 10);
}

/// Adds what the members wait for and hold.
class describer
{
public:
    describer(picture const& now, pids members) : now_(now), members_(std::move(members)) {}

    deadlock describe(std::vector<std::int64_t> const& order) const
    {
        deadlock all;
        for (auto const pid : order) {
            stuck_process process{pid, detail::command_of(pid)};
            long waiting = 0;
            for (auto const& wait : now_.waits()) {
                if (wait.pid == pid)
                    ++waiting, process.waits_for.push_back(wanted(wait));
                else if (members_.count(wait.pid) == 0)
                    continue;
                for (auto const& lock : now_.in_way_of(wait.request))
                    if (now_.blockers_of(wait).count(pid) != 0 &&
                        now_.holders_of(lock).count(pid) != 0)
                        add_hold(process, lock, wait.pid);
            }
            process.has_other_threads = threads_of(pid) > waiting;
            all.push_back(std::move(process));
        }
        return all;
    }

private:
    lock_use wanted(kernel_wait const& wait) const
    {
        lock_use use{wait.request, now_.path_of(wait.request)};
        for (auto const pid : now_.blockers_of(wait))
            (members_.count(pid) != 0 ? use.pids : use.others).push_back(pid);
        return use;
    }

    void add_hold(stuck_process& process, kernel_lock_entry const& lock,
                  std::int64_t wanted_by) const
    {
        auto& holds = process.holds;
        auto known = std::find_if(holds.begin(), holds.end(),
                                  [&](lock_use const& u) { return u.lock.is_same_lock(lock); });
        if (known == holds.end())
            known = holds.insert(holds.end(), {lock, now_.path_of(lock)});
        known->pids.push_back(wanted_by);
    }

    picture const& now_;
    pids members_;
};

} // namespace

// A process that only passes may seem to wait for itself in a picture of several moments, but not
// in two of them.
deadlock_search search_deadlocks()
{
    picture const before;
    deadlock_search result;
    result.unknown_waits = before.unknown_waits();
    auto const seen_before = circles_in(graph_of(before));
    if (seen_before.empty())
        return result;
    picture const now;
    auto const edges = graph_of(now);
    for (auto const& members : circles_in(edges))
        if (seen_before.count(members) != 0)
            result.found.push_back(describer(now, members).describe(in_order(members, edges)));
    return result;
}

} // namespace filelock_tool
