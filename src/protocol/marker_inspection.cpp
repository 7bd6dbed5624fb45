// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "marker_inspection.hpp"

#include "../platform/clock.hpp"
#include "../platform/process.hpp"
#include "lease_record.hpp"
#include "marker_site.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <utility>

namespace boost {
namespace filelock {
namespace detail {

namespace errc = system::errc;

owner_record describe(marker_record const& owner, owner_mode mode)
{
    owner_record holder;
    auto const seen = find_process({owner.pid, owner.host, owner.start_token});
    holder.pid = seen.pid != 0 ? seen.pid : owner.pid;
    if (seen.kind == process_status::alive)
        holder.command = command_of(holder.pid);
    holder.hostname = owner.host;
    holder.start_token = owner.start_token;
    holder.mode = mode;
    return holder;
}

std::vector<owner_record> marker_holders(filesystem::path const& absolute)
{
    found_marker found;
    if (found.look(absolute))
        return {};
    owner_record holder;
    holder.mode = owner_mode::marker;
    auto content = read_marker(found.text);
    if (content.kind == marker_content::record || content.kind == marker_content::lease ||
        content.kind == marker_content::other_contract) {
        holder = describe(content.owner, owner_mode::marker);
        holder.token = std::move(content.token);
        if (content.kind == marker_content::lease) {
            holder.mode = owner_mode::lease;
            holder.duration = content.duration;
        } else if (content.kind == marker_content::other_contract) {
            holder.mode = owner_mode::unknown;
        }
    } else if (content.kind == marker_content::sentinel) {
        holder.mode = owner_mode::claim;
    } else if (has_lease_format(found.text)) {
        holder.mode = owner_mode::unknown;
    } else if (content.kind == marker_content::foreign && found.file.is_open()) {
        return {};
    }
    holder.age = time_of_day() - found.facts.modified;
    return {holder};
}

std::optional<marker_record> read_marker_at(filesystem::path const& absolute)
{
    found_marker found;
    if (found.look(absolute) || !found.file.is_open())
        return std::nullopt;
    auto content = read_marker(found.text);
    if (content.kind != marker_content::record)
        return std::nullopt;
    return std::move(content.owner);
}

system::error_code break_marker(filesystem::path const& absolute, storage where)
{
    found_marker found;
    auto const ec = found.look(absolute);
    if (ec == errc::no_such_file_or_directory)
        return {};
    if (ec)
        return ec;
    if (!found.file.is_open())
        return make_error_code(errc::permission_denied);
    auto const kind = read_marker(found.text).kind;
    if (kind == marker_content::foreign || kind == marker_content::sentinel)
        return error::not_a_lock_file;
    return marker_site(absolute, where).remove(found);
}

} // namespace detail
} // namespace filelock
} // namespace boost
