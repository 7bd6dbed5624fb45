// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "json.hpp"

#include "../texts.hpp"
#include "../utf8.hpp"

#include <boost/algorithm/hex.hpp>
#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <optional>
#include <string>
#include <utility>

namespace filelock_tool {
namespace json = boost::json;
namespace {

using boost::filelock::claim_state;

json::value text_or_null(std::string const& text)
{
    return text.empty() ? json::value() : json::value(utf8_of(text));
}

json::value seconds_or_null(std::optional<std::chrono::nanoseconds> duration)
{
    if (!duration)
        return nullptr;
    return std::chrono::duration<double>(
               std::chrono::duration_cast<std::chrono::milliseconds>(*duration))
        .count();
}

json::value pid_or_null(std::int64_t pid)
{
    return pid > 0 ? json::value(pid) : json::value();
}

json::object json_of(lock_holder const& holder)
{
    auto const& by = holder.owner;
    return {
        {"pid", pid_or_null(by.pid)},
        {"host", text_or_null(by.hostname)},
        {"command", text_or_null(by.command)},
        {"start_token", text_or_null(by.start_token)},
        {"mode", name_of(by.mode)},
        {"waiting", holder.is_waiting},
        {"alive", name_of(holder.alive)},
        {"age_seconds", seconds_or_null(holder.age)},
        {"heartbeat_age_seconds", seconds_or_null(holder.heartbeat_age)},
        {"expires_in_seconds", seconds_or_null(holder.expires_in)},
        {"token", text_or_null(by.token)},
    };
}

char const* name_of_claim(claim_state state)
{
    return state == claim_state::intent ? "intent"
           : state == claim_state::held ? "held"
                                        : "damaged";
}

json::object json_of(boost::filelock::strict_claim const& claim)
{
    return {
        {"name", utf8_of(claim.name)},
        {"state", name_of_claim(claim.state)},
        {"pid", pid_or_null(claim.owner.pid)},
        {"host", text_or_null(claim.owner.hostname)},
        {"token", text_or_null(claim.owner.token)},
    };
}

template <class T>
json::array json_of_all(std::vector<T> const& all)
{
    json::array array;
    for (auto const& one : all)
        array.push_back(json_of(one));
    return array;
}

} // namespace

json::object json_of_path(boost::filesystem::path const& path)
{
    auto const& bytes = path.native();
    auto text = utf8_of(bytes);
    json::object object{{"path", text}};
    if (text == bytes)
        return object;
    std::string hex;
    boost::algorithm::hex_lower(bytes, std::back_inserter(hex));
    object["path_hex"] = hex;
    return object;
}

json::object json_of(lock_report const& report)
{
    auto const& all = report.holders;
    auto const holds =
        std::find_if(all.begin(), all.end(), [](lock_holder const& h) { return !h.is_waiting; });
    auto object = json_of_path(report.path);
    object["kind"] = report.kind ? json::value(name_of(*report.kind)) : json::value();
    object["state"] = name_of(report.state);
    object["mode"] = holds == all.end() ? json::value() : json::value(name_of(holds->owner.mode));
    object["holders"] = json_of_all(all);
    object["fence"] = report.fence ? json::value(*report.fence) : json::value();
    object["claims"] = json_of_all(report.claims);
    object["note"] = text_or_null(report.note);
    return object;
}

} // namespace filelock_tool
