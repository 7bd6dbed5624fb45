// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "directories.hpp"

#include "../texts.hpp"
#include "../utf8.hpp"
#include "failure.hpp"

#include <boost/range/algorithm/find.hpp>

#include <algorithm>
#include <optional>
#include <tuple>

namespace filelock_tool {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

/// How long a directory may take to show a file that was made through another.
constexpr milliseconds appearance_limit{3000};

} // namespace

verify_directories::verify_directories(verify_dialogue& dialogue) : dialogue_(dialogue)
{
    using key = std::tuple<std::size_t, std::string, std::string>;
    // Two hosts may have one name, and their directories, too.
    std::vector<key> known;
    auto const& team = dialogue.team();
    for (std::size_t i = 0; i < team.size(); ++i) {
        auto answer = dialogue_.ask(i, "where");
        directory_result found;
        found.host = printable(answer.words.word());
        found.directory = printable(answer.words.rest());
        found.host_number = team.host_of(i);
        key const k{team.host_of(i), found.host, found.directory};
        auto const same = boost::find(known, k);
        directory_of_.push_back(static_cast<std::size_t>(same - known.begin()));
        if (same != known.end())
            continue;
        known.push_back(k);
        first_of_.push_back(i);
        directories_.push_back(found);
    }
}

void verify_directories::enter(std::string const& name)
{
    dialogue_.request(0, "make " + name, "made");
    // Each process looks itself: the first process of each directory, before the others.
    auto order = first_of_;
    for (std::size_t i = 0; i < dialogue_.team().size(); ++i)
        if (boost::find(order, i) == order.end())
            order.push_back(i);
    for (std::size_t const i : order) {
        auto const answer =
            dialogue_.ask(i, "find " + name + ' ' + std::to_string(appearance_limit.count()));
        if (answer.what == "found")
            continue;
        if (answer.what != "missing")
            dialogue_.refuse(answer);
        throw verify_failure(bad_data, label(directory_of_[i]) + " does not show the files of " +
                                           label(0) + ": it is not the same storage");
    }
}

std::vector<directory_result> verify_directories::measure(milliseconds limit)
{
    for (std::size_t i = 0; i < directories_.size(); ++i) {
        dialogue_.show(0, label(i));
        try {
            inspect(i);
            if (i > 0)
                measure_staleness(i, limit);
        } catch (verify_failure const& e) {
            if (e.status() == unavailable || e.status() == protocol)
                throw;
            directories_[i].error = e.what();
        }
    }
    return directories_;
}

std::string verify_directories::label(std::size_t directory) const
{
    return label_of(directories_[directory], directories_.front());
}

void verify_directories::inspect(std::size_t directory)
{
    auto answer = dialogue_.ask(first_of_[directory], "inspect");
    if (answer.what != "facts")
        dialogue_.refuse(answer);
    auto& result = directories_[directory];
    result.has_hard_links = answer.words.word() == "yes";
    result.step = nanoseconds(answer.words.number());
    result.clock_offset = nanoseconds(answer.words.number());
    result.clock_uncertainty = nanoseconds(answer.words.number());
}

void verify_directories::measure_staleness(std::size_t directory, milliseconds limit)
{
    using clock = verify_dialogue::clock;
    auto& result = directories_[directory];
    auto const number = std::to_string(directory);
    auto const watcher = first_of_[directory];
    dialogue_.request(0, "prepare " + number, "prepared");
    dialogue_.request(watcher, "watch " + number + ' ' + std::to_string(limit.count()), "ready");
    dialogue_.tell(0, "change " + number);
    std::optional<clock::time_point> changed;
    auto const elapsed = [&] {
        return changed ? std::chrono::ceil<milliseconds>(clock::now() - *changed) : milliseconds(0);
    };
    std::optional<verify_failure> failed;
    for (bool is_watched = false; !is_watched || !changed;) {
        auto r = dialogue_.next();
        if (r.what == "error")
            failed = failure_of(r.words);
        if (r.from == 0 && (r.what == "changed" || r.what == "error"))
            changed = clock::now();
        else if (r.from == watcher && (r.what == "watched" || r.what == "error"))
            is_watched = true;
        else if (r.what == "seen" && r.from == watcher) {
            auto const what = r.words.word();
            (what == "created"   ? result.created
             : what == "removed" ? result.removed
                                 : result.grown) = elapsed();
        } else
            dialogue_.refuse(r);
    }
    if (failed)
        throw verify_failure(*failed);
}

} // namespace filelock_tool
