// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "parts.hpp"

#include "../../src/platform/clock.hpp"
#include "../../src/platform/directory.hpp"
#include "../../src/platform/posix/statx.hpp"
#include "../../src/platform/process.hpp"
#include "../../src/protocol/record_lines.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <string>
#include <utility>

namespace filelock_tool {
namespace fs = boost::filesystem;
namespace detail = boost::filelock::detail;
namespace {

constexpr std::uint32_t created_statx = 0x800; // STATX_BTIME

// Returns nothing where the file system does not know the time.
std::optional<std::chrono::nanoseconds> since_created(int file)
{
    detail::statx_facts facts = {};
    if (!detail::statx_of(file, created_statx, facts) || (facts.mask & created_statx) == 0)
        return std::nullopt;
    return detail::time_of_day() - (std::chrono::seconds(facts.created.seconds) +
                                    std::chrono::nanoseconds(facts.created.nanoseconds));
}

} // namespace

fs::path beside(fs::path path, char const* suffix)
{
    return path += suffix;
}

bool facts_of(fs::path const& path, struct ::stat& facts) noexcept
{
    return ::lstat(path.c_str(), &facts) == 0;
}

seen_marker look_at(fs::path const& path)
{
    seen_marker seen;
    detail::found_marker found;
    seen.error = detail::facts_of(path, found.facts);
    if (seen.error)
        return seen;
    seen.is_regular = found.facts.is_regular;
    if (seen.is_regular && found.facts.size != 0 && found.facts.size <= detail::longest_record) {
        auto const ec = found.look(path);
        seen.is_regular = found.facts.is_regular;
        if (ec && ec != boost::filelock::error::not_a_lock_file) {
            seen.error = ec;
            return seen;
        }
        seen.is_readable = ec || found.file.is_open();
        seen.text = std::move(found.text);
        if (found.file.is_open() && detail::may_be_a_marker(seen.text))
            seen.since_created = since_created(found.file.native());
    }
    if (found.facts.size > detail::longest_record)
        seen.text.assign(detail::longest_record + 1, '?'); // no record
    seen.since_modified = detail::time_of_day() - found.facts.modified;
    return seen;
}

lock_holder holder_of(detail::marker_record const& owner, boost::filelock::owner_mode mode,
                      bool has_witness)
{
    lock_holder holder;
    holder.owner.pid = owner.pid;
    holder.owner.hostname = owner.host;
    holder.owner.start_token = owner.start_token;
    holder.owner.mode = mode;
    auto const seen = detail::find_process({owner.pid, owner.host, owner.start_token});
    if (seen.kind == detail::process_status::alive && seen.pid != 0) {
        holder.alive = liveness::alive;
        holder.owner.pid = seen.pid;
        holder.owner.command = detail::command_of(seen.pid);
    } else if (seen.kind == detail::process_status::gone && !has_witness) {
        holder.alive = liveness::gone;
    }
    return holder;
}

// The witness is a lock on the first byte. Its absence proves nothing.
bool includes_witness(std::vector<kernel_lock_entry> const& on_it) noexcept
{
    return std::any_of(on_it.begin(), on_it.end(), [](kernel_lock_entry const& lock) {
        return lock.type == "OFDLCK" && !lock.is_shared && lock.bytes.meets({0, 1});
    });
}

std::optional<std::uint64_t> fence_of(fs::path const& path)
{
    constexpr std::size_t most_digits = 18;
    std::optional<std::uint64_t> greatest;
    struct ::stat facts = {};
    auto const directory = beside(path, fence_suffix);
    if (!facts_of(directory, facts) || !S_ISDIR(facts.st_mode))
        return greatest;
    (void)detail::for_each_name(directory, [&](std::string const& name) {
        std::uint64_t number = 0;
        auto const* const end = name.data() + name.size();
        if (name.size() <= most_digits && name.front() != '0' &&
            std::from_chars(name.data(), end, number).ptr == end)
            greatest = (std::max)(greatest.value_or(0), number);
    });
    return greatest;
}

} // namespace filelock_tool
