// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "deadlocks.hpp"

#include "../exit_status.hpp"
#include "../terminal.hpp"
#include "../utf8.hpp"
#include "deadlock_search.hpp"
#include "json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <iostream>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <unistd.h>

namespace filelock_tool {
namespace json = boost::json;
namespace {

constexpr std::int64_t end_of_file = (std::numeric_limits<std::int64_t>::max)();

json::array json_of(std::vector<std::int64_t> const& pids)
{
    return json::array(pids.begin(), pids.end());
}

json::object json_of(lock_use const& use)
{
    auto const& lock = use.lock;
    auto object = json_of_path(use.path);
    if (use.path.empty())
        object["path"] = nullptr;
    object["file"] = lock.file;
    object["lock"] = lock.type == "FLOCK" ? "flock" : "record";
    object["mode"] = lock.is_shared ? "shared" : "exclusive";
    object["first_byte"] = lock.bytes.first;
    auto const end = lock.bytes.first + lock.bytes.length;
    object["last_byte"] = end == end_of_file ? json::value() : json::value(end - 1);
    object["pids"] = json_of(use.pids);
    object["other_pids"] = json_of(use.others);
    return object;
}

json::array json_of(std::vector<lock_use> const& uses)
{
    json::array all;
    for (auto const& use : uses)
        all.push_back(json_of(use));
    return all;
}

json::object json_of(deadlock const& circle)
{
    json::array processes;
    for (auto const& process : circle)
        processes.push_back(json::object{
            {"pid", process.pid},
            {"command", utf8_of(process.command)},
            {"has_other_threads", process.has_other_threads},
            {"waits_for", json_of(process.waits_for)},
            {"holds", json_of(process.holds)},
        });
    return {{"processes", std::move(processes)}};
}

void print_json(std::vector<deadlock> const& all)
{
    std::cout << '[';
    for (auto const& circle : all)
        std::cout << (&circle == &all.front() ? "\n" : ",\n") << json::serialize(json_of(circle));
    std::cout << "\n]\n";
}

std::string list_of(std::vector<std::int64_t> const& pids)
{
    std::string text;
    for (auto const pid : pids)
        text += (text.empty() ? "" : ", ") + std::to_string(pid);
    return text;
}

std::string kind_of(kernel_lock_entry const& lock)
{
    auto const end = lock.bytes.first + lock.bytes.length;
    bool const is_whole = lock.bytes.first == 0 && end == end_of_file;
    return std::string(lock.type == "FLOCK" ? " (flock, " : " (record lock, ") +
           (lock.is_shared ? "shared" : "exclusive") +
           (is_whole ? ""
                     : ", bytes from " + std::to_string(lock.bytes.first) +
                           (end == end_of_file ? "" : " to " + std::to_string(end - 1))) +
           ")";
}

/// Prints lines that fit the terminal.
class printer
{
public:
    printer() : columns_(columns_of(STDOUT_FILENO))
    {
        if (columns_)
            --*columns_; // a terminal may wrap a line in its last column
    }

    void print(std::string const& line) const
    {
        std::cout << (columns_ ? cut_end(line, *columns_) : line) << '\n';
    }

    /// Prints the path with the kind of the lock, or only the end of the path.
    void print(std::string const& before, lock_use const& use) const
    {
        auto const path = use.path.empty() ? "file " + use.lock.file : printable(use.path.native());
        auto const kind = kind_of(use.lock);
        auto const rest = columns_.value_or(width_of(before + path + kind)) -
                          (std::min)(width_of(before), columns_.value_or(width_of(before)));
        if (width_of(path + kind) <= rest)
            std::cout << before << path << kind << '\n';
        else
            std::cout << before << cut_begin(path, rest) << '\n';
    }

private:
    std::optional<std::size_t> columns_;
};

void print(stuck_process const& process, printer const& out)
{
    out.print("  " + std::to_string(process.pid) + " (" + printable(process.command) + ")");
    for (auto const& use : process.holds)
        out.print("    holds ", use);
    for (auto const& use : process.waits_for) {
        out.print("    waits for " + list_of(use.pids) + ": ", use);
        if (!use.others.empty())
            out.print("      held as well by " + list_of(use.others));
    }
    if (process.has_other_threads)
        out.print("    has threads that do not wait");
}

void print(deadlock_search const& search)
{
    printer const out;
    for (auto const& circle : search.found) {
        bool const is_alone = circle.size() == 1;
        out.print(is_alone ? std::string("A process waits for itself:")
                           : std::to_string(circle.size()) + " processes wait for each other:");
        for (auto const& process : circle)
            print(process, out);
    }
    if (search.found.empty())
        out.print("No process waits in a circle.");
    out.print("Not seen: waits for markers,");
    out.print("waits of this library with a limit.");
}

} // namespace

int show_deadlocks(bool as_json)
{
    auto const search = search_deadlocks();
    if (as_json)
        print_json(search.found);
    else
        print(search);
    if (search.unknown_waits != 0)
        std::cerr << "filelock: " << search.unknown_waits
                  << " waits are of processes that could not be looked at\n";
    return search.found.empty() ? success : conflict;
}

} // namespace filelock_tool
