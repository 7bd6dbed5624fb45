// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "breaking.hpp"

#include "inspection/parts.hpp"

#include "../src/platform/directory.hpp"
#include "../src/protocol/access_marker.hpp"
#include "../src/protocol/found_marker.hpp"
#include "../src/protocol/marker_site.hpp"
#include "../src/protocol/server_errors.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>

namespace filelock_tool {
namespace detail = boost::filelock::detail;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
using boost::filelock::storage;
using boost::system::error_code;
namespace {

/// Removes the marker of a reader or writer. Another process has the removal right for moments, so
/// this tries for a while.
error_code remove_access_marker(fs::path const& marker)
{
    using namespace std::chrono_literals;
    auto const until = std::chrono::steady_clock::now() + 2s;
    for (;;) {
        detail::found_marker found;
        auto ec = found.look(marker);
        if (detail::is_missing(ec))
            return {};
        if (!ec && !found.file.is_open())
            ec = make_error_code(errc::permission_denied);
        if (!ec && detail::read_access(found.text).kind == detail::access_content::foreign)
            ec = boost::filelock::error::not_a_lock_file;
        if (!ec)
            ec = detail::marker_site(marker, storage::detect).remove(found);
        if (ec != errc::operation_would_block || std::chrono::steady_clock::now() >= until)
            return ec;
        std::this_thread::sleep_for(1ms);
    }
}

/// The writer goes first, so that no other writer comes in between.
error_code break_tree(fs::path const& path)
{
    auto const readers = beside(path, readers_suffix);
    std::vector<fs::path> markers{beside(path, write_suffix), beside(path, state_suffix)};
    auto failed = detail::for_each_name(readers, [&](std::string const& name) {
        if (name.front() != '.')
            markers.push_back(readers / name);
    });
    if (detail::is_missing(failed))
        failed.clear();
    for (auto const& marker : markers)
        if (auto const ec = remove_access_marker(marker))
            failed = ec;
    return failed;
}

/// The held claims go first: an intent alone is a lock that is not held.
error_code break_claims(lock_report const& found)
{
    boost::filelock::strict_soft_file_lock lock(found.path);
    auto claims = found.claims;
    std::stable_partition(claims.begin(), claims.end(), [](auto const& c) {
        return c.state == boost::filelock::claim_state::held;
    });
    error_code failed;
    for (auto const& claim : claims) {
        error_code ec;
        lock.force_break(claim.name, ec);
        if (ec && ec != errc::no_such_file_or_directory)
            failed = ec;
    }
    return failed;
}

} // namespace

error_code break_files(lock_report const& found)
{
    error_code ec;
    switch (found.kind.value_or(lock_kind::file_lock)) {
    case lock_kind::soft_file_lock:
        boost::filelock::soft_file_lock(found.path).break_lock(ec);
        return ec;
    case lock_kind::soft_file_lease:
        boost::filelock::soft_file_lease(found.path).force_break(ec);
        return ec;
    case lock_kind::strict_soft_file_lock:
        return break_claims(found);
    case lock_kind::soft_read_write_lock:
        return break_tree(found.path);
    case lock_kind::file_lock:
    case lock_kind::read_write_lock:
        break;
    }
    return make_error_code(errc::not_supported);
}

bool have_same_holds(lock_report const& a, lock_report const& b)
{
    auto const is_same = [](lock_holder const& x, lock_holder const& y) {
        return x.owner.pid == y.owner.pid && x.owner.hostname == y.owner.hostname &&
               x.owner.start_token == y.owner.start_token && x.owner.token == y.owner.token;
    };
    auto const is_same_claim = [](auto const& x, auto const& y) { return x.name == y.name; };
    return a.kind == b.kind && a.state == b.state &&
           std::equal(a.holders.begin(), a.holders.end(), b.holders.begin(), b.holders.end(),
                      is_same) &&
           std::equal(a.claims.begin(), a.claims.end(), b.claims.begin(), b.claims.end(),
                      is_same_claim);
}

} // namespace filelock_tool
