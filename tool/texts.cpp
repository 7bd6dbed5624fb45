// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "texts.hpp"

#include "utf8.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace filelock_tool {

std::string text_of(std::chrono::nanoseconds duration)
{
    using namespace std::chrono;
    auto const in_seconds = duration_cast<seconds>(duration).count();
    if (in_seconds <= 0)
        return std::to_string((std::max)(duration_cast<milliseconds>(duration).count(),
                                         milliseconds::rep(0))) +
               " ms";
    constexpr std::pair<long, char const*> units[] = {
        {86400, " d"}, {3600, " h"}, {60, " min"}, {1, " s"}};
    for (auto const* unit = units; unit != std::end(units); ++unit) {
        if (in_seconds < unit->first)
            continue;
        auto text = std::to_string(in_seconds / unit->first) + unit->second;
        auto const* const next = unit + 1;
        if (next != std::end(units) && in_seconds % unit->first / next->first != 0)
            text += " " + std::to_string(in_seconds % unit->first / next->first) + next->second;
        return text;
    }
    return {};
}

char const* name_of(boost::filelock::owner_mode mode) noexcept
{
    using boost::filelock::owner_mode;
    switch (mode) {
    case owner_mode::kernel_exclusive:
    case owner_mode::marker:
    case owner_mode::claim:
    case owner_mode::lease:
        return "exclusive";
    case owner_mode::kernel_shared:
        return "shared";
    case owner_mode::kernel_upgrade:
        return "upgrade";
    case owner_mode::reader:
        return "reader";
    case owner_mode::writer:
        return "writer";
    case owner_mode::unknown:
        break;
    }
    return "unknown";
}

std::string describe(boost::filelock::owner_record const& holder)
{
    auto text = holder.pid != 0 ? std::to_string(holder.pid) : std::string("a process");
    if (!holder.command.empty())
        text += " (" + printable(holder.command) + ")";
    if (!holder.hostname.empty())
        text += " on " + printable(holder.hostname);
    return text;
}

} // namespace filelock_tool
