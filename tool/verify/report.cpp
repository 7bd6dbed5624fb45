// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "report.hpp"

#include "../texts.hpp"
#include "table.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace filelock_tool {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

std::string const none = "-";

std::string yes_or_no(std::optional<bool> const& b)
{
    return !b ? none : *b ? "yes" : "no";
}

std::string exclusion_of(kind_result const& k)
{
    if (k.overlaps == 0)
        return k.error.empty() ? yes_or_no(k.excludes) : k.error;
    return "no: " + std::to_string(k.overlaps) + (k.overlaps == 1 ? " overlap" : " overlaps");
}

std::string end_of(kind_result const& k)
{
    if (!k.finishes)
        return none;
    return yes_or_no(k.finishes) + ", " + text_of(k.wait);
}

std::string text_of_step(std::optional<nanoseconds> const& step)
{
    if (!step)
        return none;
    if (*step < 1us)
        return std::to_string(step->count()) + " ns";
    if (*step < 1ms)
        return std::to_string(step->count() / 1000) + " us";
    return text_of(*step);
}

std::string text_of_offset(directory_result const& d)
{
    if (!d.clock_offset)
        return none;
    auto const distance = std::chrono::abs(*d.clock_offset);
    if (distance <= *d.clock_uncertainty)
        return "0 ms";
    return text_of(distance) + (*d.clock_offset > 0ns ? " ahead" : " behind");
}

void print_kinds(std::ostream& out, verify_results const& results, std::size_t width)
{
    verify_table table({"kind", "excludes", "finishes", "holds", "notices"});
    for (auto const& k : results.kinds)
        table.add({name_of(k.kind), exclusion_of(k), end_of(k),
                   std::to_string(k.exclusive_holds + k.shared_holds), yes_or_no(k.has_notices)});
    table.print(out, width);
}

/// Returns for how long the directory shows an old state.
std::string text_of_staleness(std::optional<milliseconds> const& time, directory_result const& d,
                              verify_results const& results)
{
    if (time)
        return "after " + text_of(*time);
    bool const is_measured = &d != &results.directories.front() && d.error.empty();
    return is_measured ? "not in " + text_of(results.staleness_limit) : none;
}

void print_directories(std::ostream& out, verify_results const& results, std::size_t width)
{
    auto const& all = results.directories;
    std::vector<std::string> names{"directory", "hard links", "time step", "clock offset"};
    if (all.size() > 1)
        names.insert(names.end(), {"sees created", "sees removed", "sees written"});
    verify_table table(names);
    for (auto const& d : all) {
        std::vector<std::string> row{
            label_of(d, all.front()),
            d.has_hard_links || d.error.empty() ? yes_or_no(d.has_hard_links) : d.error,
            text_of_step(d.step), text_of_offset(d)};
        for (auto const& time : {d.created, d.removed, d.grown})
            row.push_back(text_of_staleness(time, d, results));
        row.resize(names.size());
        table.add(row);
    }
    table.print(out, width);
}

} // namespace

void print_tables(std::ostream& out, verify_results const& results, std::size_t width)
{
    print_kinds(out, results, width);
    out << '\n';
    print_directories(out, results, width);
    // They judge by the name whether a process of their own host has died.
    if (have_one_name(results))
        out << "\nThe hosts have one name.\nSoft locks need different ones.\n";
}

} // namespace filelock_tool
