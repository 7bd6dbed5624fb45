// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "parts.hpp"

#include "../texts.hpp"

#include "../../src/platform/directory.hpp"
#include "../../src/protocol/access_marker.hpp"
#include "../../src/protocol/temporary_name.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

// The markers of a soft_read_write_lock.

namespace filelock_tool {
namespace fs = boost::filesystem;
namespace detail = boost::filelock::detail;
namespace {

using boost::filelock::owner_mode;
using detail::access_content;

/// A reader's or writer's marker.
struct access_look
{
    enum kind_type
    {
        absent,
        record,
        beginning,
        foreign,
        unreadable
    };

    kind_type kind = absent;
    lock_holder holder = {};
};

access_look look_at_access(fs::path const& path, owner_mode mode, kernel_locks& locks)
{
    auto const seen = look_at(path);
    if (seen.error)
        return {seen.error == boost::system::errc::no_such_file_or_directory
                    ? access_look::absent
                    : access_look::unreadable};
    access_look look{access_look::foreign};
    look.holder.owner.mode = mode;
    auto const content = detail::read_access(seen.text);
    if (!seen.is_regular)
        return look;
    if (content.kind == access_content::record) {
        struct ::stat facts = {};
        bool const has_witness = facts_of(path, facts) && includes_witness(locks.on(path, facts));
        auto const& by = content.owner;
        look.kind = access_look::record;
        look.holder = holder_of({by.pid, by.host, {}}, mode, has_witness);
        look.holder.owner.token = by.token;
    } else if (!seen.is_readable) {
        look.kind = access_look::unreadable;
    } else if (content.kind == access_content::beginning) {
        look.kind = access_look::beginning;
    }
    look.holder.heartbeat_age = seen.since_modified;
    look.holder.age = seen.since_created;
    return look;
}

bool is_housekeeping(std::string const& name)
{
    return name.front() == '.' || name.find(".break") != name.npos;
}

/// Returns whether the name is one that this library or Python gives to the marker of a reader.
bool is_reader_name(std::string const& name)
{
    auto const point = name.find('.');
    return detail::is_token(name.substr(0, point)) && point != name.npos &&
           name.find_first_not_of("0123456789", point + 1) == name.npos;
}

/// The markers of the tree.
struct access_tree
{
    bool is_recognised = false, is_damaged = false, is_unfinished = false, is_unreadable = false;
    std::vector<lock_holder> holders;
    std::string note;

    void add(access_look&& look, std::string const& name)
    {
        is_damaged = is_damaged || look.kind == access_look::foreign;
        is_unreadable = is_unreadable || look.kind == access_look::unreadable;
        is_unfinished = is_unfinished || look.kind == access_look::beginning;
        if (look.kind == access_look::foreign)
            note += (note.empty() ? "no marker: " : ", ") + name;
        if (look.kind == access_look::record || look.kind == access_look::beginning)
            holders.push_back(std::move(look.holder));
    }

    lock_state state() const
    {
        bool const is_held = std::any_of(holders.begin(), holders.end(),
                                         [](lock_holder const& h) { return h.owner.pid != 0; });
        return is_damaged      ? lock_state::damaged
               : is_held       ? lock_state::held
               : is_unfinished ? lock_state::unfinished
               : is_unreadable ? lock_state::unreadable
                               : lock_state::free;
    }
};

void add_readers(fs::path const& path, access_tree& tree, kernel_locks& locks)
{
    auto const directory = beside(path, readers_suffix);
    struct ::stat facts = {};
    if (!facts_of(directory, facts) || !S_ISDIR(facts.st_mode))
        return;
    std::vector<std::string> names;
    auto const ec = detail::for_each_name(directory, [&](std::string const& name) {
        if (!is_housekeeping(name))
            names.push_back(name);
    });
    if (ec) {
        tree.is_recognised = tree.is_unreadable = true;
        tree.note = ec.message();
        return;
    }
    std::sort(names.begin(), names.end());
    tree.is_recognised = names.empty();
    for (auto const& name : names) {
        auto look = look_at_access(directory / name, owner_mode::reader, locks);
        tree.is_recognised =
            tree.is_recognised || look.kind == access_look::record || is_reader_name(name);
        tree.add(std::move(look), directory.filename().native() + '/' + name);
    }
}

// A writer waits until the readers have left. No reader enters meanwhile.
void add_writer(fs::path const& path, access_tree& tree, kernel_locks& locks)
{
    auto const marker = beside(path, write_suffix);
    auto look = look_at_access(marker, owner_mode::writer, locks);
    bool const counts =
        tree.is_recognised ? look.kind != access_look::absent : look.kind == access_look::record;
    if (!counts)
        return;
    look.holder.is_waiting = !tree.holders.empty();
    tree.is_recognised = true;
    tree.add(std::move(look), marker.filename().native());
}

// A process takes PATH.state for the moment in which it makes or removes a writer's marker.
void note_transition(fs::path const& path, access_tree& tree, kernel_locks& locks)
{
    auto const marker = beside(path, state_suffix);
    auto const seen = look_at(marker);
    auto const content = detail::read_marker(seen.text);
    if (seen.error || content.kind != detail::marker_content::record)
        return;
    struct ::stat facts = {};
    auto const holder =
        holder_of(content.owner, owner_mode::marker,
                  facts_of(marker, facts) && includes_witness(locks.on(marker, facts)));
    tree.note += (tree.note.empty() ? "" : "; ") + marker.filename().native() + " is held by " +
                 describe(holder.owner) + ", " + name_of(holder.alive);
}

} // namespace

std::optional<lock_report> soft_read_write_report(fs::path const& path, kernel_locks& locks)
{
    access_tree tree;
    add_readers(path, tree, locks);
    add_writer(path, tree, locks);
    if (!tree.is_recognised)
        return std::nullopt;
    note_transition(path, tree, locks);
    lock_report report{path, lock_kind::soft_read_write_lock, tree.state()};
    report.holders = std::move(tree.holders);
    report.note = std::move(tree.note);
    return report;
}

} // namespace filelock_tool
