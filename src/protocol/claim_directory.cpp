// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "claim_directory.hpp"

#include "../platform/directory.hpp"
#include "attempts.hpp"
#include "found_marker.hpp"
#include "parent_directories.hpp"
#include "server_errors.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <algorithm>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

namespace errc = system::errc;

found_claim const* claim_scan::damaged() const noexcept
{
    auto const i = std::find_if(claims.begin(), claims.end(),
                                [](found_claim const& c) { return c.is_damaged; });
    return i == claims.end() ? nullptr : &*i;
}

// The path of the parent ends in ".", which follows a symbolic link.
template <class Open>
system::error_code claim_directory::open_with(Open const& open)
{
    close();
    auto ec = parent_.file.open_directory(path_.parent_path() / ".");
    if (!ec)
        ec = facts_of(parent_.file, parent_.facts, parent_.mount);
    if (!ec)
        ec = open(box_, anchored_path(parent_.file, path_.filename().native() + ".filelock"));
    if (!ec)
        ec = open(claims_, anchored_path(box_.file, "claims"));
    if (ec)
        close();
    return ec;
}

system::error_code claim_directory::open_existing()
{
    return open_with([](lock_directory& d, path_ref path) { return d.open_existing(path); });
}

system::error_code
claim_directory::open_or_make(std::optional<filesystem::perms> const& permissions,
                              bool make_parents)
{
    auto const open = [&](lock_directory& d, path_ref path) {
        return d.open_or_make(path, permissions);
    };
    auto ec = open_with(open);
    for (int i = 1; i < max_restarts && is_gone(ec); ++i) {
        if ((ec = make_parent_directories(path_, make_parents)))
            return ec;
        ec = open_with(open);
    }
    return ec;
}

void claim_directory::close_all_but_claims() noexcept
{
    box_.file.close();
    parent_.file.close();
}

void claim_directory::close() noexcept
{
    claims_.file.close();
    close_all_but_claims();
}

// A listing of a directory that is opened by its name comes from the server (NFS, close-to-open).
system::error_code claim_directory::scan(claim_scan& seen, std::string const& known) const
{
    seen = {};
    auto const ec = for_each_name(anchored_path(box_.file, "claims"), [&](std::string name) {
        bool const is_private = read_claim_name(published_name_of(name)).has_value();
        if (is_private || name.front() != '.') {
            seen.claims.emplace_back();
            seen.claims.back().name = std::move(name);
        }
    });
    if (ec)
        return ec;
    std::vector<found_claim> listed;
    listed.swap(seen.claims);
    for (auto& claim : listed) {
        bool is_there = true;
        if (auto const failed = read(claim, known, is_there))
            return failed;
        if (!is_there)
            continue;
        if (claim.name.front() == '.' && !claim.is_damaged)
            seen.privates.push_back(std::move(claim.name));
        else
            seen.claims.push_back(std::move(claim));
    }
    std::sort(seen.claims.begin(), seen.claims.end(),
              [](found_claim const& a, found_claim const& b) { return a.name < b.name; });
    return {};
}

// A claim that cannot be read may be a holder's, and an unknown file that of a later version.
system::error_code claim_directory::read(found_claim& claim, std::string const& known,
                                         bool& is_there) const
{
    auto const path = path_of(claim.name);
    auto name = read_claim_name(claim.name);
    bool const is_draft = claim.name.front() == '.';
    bool const is_known = name && name->token == known;
    if (name) {
        claim.kind = name->kind;
        claim.owner.token = name->token;
    }
    if (is_known)
        return {};
    found_marker found;
    auto const ec = is_draft ? facts_of(path, found.facts) : found.look(path);
    if (ec == errc::no_such_file_or_directory) {
        is_there = false;
        return {};
    }
    if (is_stale(ec))
        return lists(claim.name, is_there);
    if (ec && ec != error::not_a_lock_file)
        return ec;
    if (is_draft) {
        claim.is_damaged = !found.facts.is_regular;
        return {};
    }
    auto record =
        !ec && name && found.file.is_open() ? read_claim(found.text, name->token) : std::nullopt;
    claim.is_damaged = !record;
    if (record)
        claim.owner = std::move(*record);
    claim.modified = found.facts.modified;
    return {};
}

system::error_code claim_directory::lists(std::string const& name, bool& it_is) const
{
    return has_name(anchored_path(box_.file, "claims"), name, it_is);
}

} // namespace detail
} // namespace filelock
} // namespace boost
