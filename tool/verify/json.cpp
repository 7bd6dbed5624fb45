// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "report.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <chrono>
#include <optional>

namespace filelock_tool {
namespace {

namespace json = boost::json;

json::value value_of(std::optional<bool> const& b)
{
    return b ? json::value(*b) : json::value(nullptr);
}

template <class Rep, class Period>
json::value value_of(std::optional<std::chrono::duration<Rep, Period>> const& d)
{
    return d ? json::value(d->count()) : json::value(nullptr);
}

json::value text_or_null(std::string const& text)
{
    return text.empty() ? json::value(nullptr) : json::value(text);
}

json::object object_of(kind_result const& k)
{
    return {{"kind", name_of(k.kind)},
            {"excludes", value_of(k.excludes)},
            {"overlaps", k.overlaps},
            {"error", text_or_null(k.error)},
            {"finishes", value_of(k.finishes)},
            {"longest_wait_ms", k.wait.count()},
            {"exclusive_holds", k.exclusive_holds},
            {"shared_holds", k.shared_holds},
            {"change_notices", value_of(k.has_notices)}};
}

json::object object_of(directory_result const& d, bool is_first)
{
    json::object result{{"host", d.host},
                        {"directory", d.directory},
                        {"error", text_or_null(d.error)},
                        {"hard_links", value_of(d.has_hard_links)},
                        {"modification_time_step_ns", value_of(d.step)},
                        {"clock_offset_ns", value_of(d.clock_offset)},
                        {"clock_uncertainty_ns", value_of(d.clock_uncertainty)}};
    if (!is_first)
        result["staleness"] = {{"created_ms", value_of(d.created)},
                               {"removed_ms", value_of(d.removed)},
                               {"written_ms", value_of(d.grown)}};
    return result;
}

} // namespace

void print_json(std::ostream& out, verify_results const& results)
{
    json::array kinds, directories;
    for (auto const& k : results.kinds)
        kinds.push_back(object_of(k));
    for (auto const& d : results.directories)
        directories.push_back(object_of(d, directories.empty()));
    json::object const all{{"kinds", kinds},
                           {"directories", directories},
                           {"staleness_limit_ms", results.staleness_limit.count()}};
    out << json::serialize(all) << '\n';
}

} // namespace filelock_tool
