// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "access_holders.hpp"

#include "../platform/clock.hpp"
#include "access_marker.hpp"
#include "found_marker.hpp"
#include "marker_inspection.hpp"
#include "reader_directory.hpp"

#include <string>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

bool add_holder(path_ref path, owner_mode mode, std::vector<owner_record>& all)
{
    found_marker found;
    if (found.look(path))
        return false;
    auto content = read_access(found.text);
    if (found.file.is_open() && content.kind == access_content::foreign)
        return false;
    owner_record holder;
    holder.mode = mode;
    if (content.kind == access_content::record) {
        auto& owner = content.owner;
        holder = describe({owner.pid, owner.host, {}}, mode);
        holder.token = std::move(owner.token);
    }
    holder.age = time_of_day() - found.facts.modified;
    all.push_back(std::move(holder));
    return true;
}

} // namespace

std::vector<owner_record> access_holders(filesystem::path const& readers,
                                         filesystem::path const& write)
{
    std::vector<owner_record> all;
    reader_directory directory(readers);
    std::vector<std::string> names, going;
    if (!directory.open_existing() && !directory.list(names, going))
        for (auto const& name : names)
            add_holder(directory.path_of(name), owner_mode::reader, all);
    add_holder(write, owner_mode::writer, all);
    return all;
}

} // namespace detail
} // namespace filelock
} // namespace boost
