// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "claim_inspection.hpp"

#include "../platform/clock.hpp"
#include "claim_directory.hpp"
#include "found_marker.hpp"
#include "marker_inspection.hpp"

#include <boost/system/errc.hpp>

#include <algorithm>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

namespace errc = system::errc;

owner_record owner_of(found_claim const& claim)
{
    auto const& by = claim.owner;
    auto owner = describe({by.pid, by.host, by.start_token}, owner_mode::claim);
    owner.token = by.token;
    owner.age = time_of_day() - claim.modified;
    return owner;
}

strict_claim report_on(found_claim const& claim)
{
    if (claim.is_damaged)
        return {claim.name, claim_state::damaged, {}};
    return {claim.name, claim.kind == claim_name::held ? claim_state::held : claim_state::intent,
            owner_of(claim)};
}

system::error_code scan(claim_directory& directory, claim_scan& seen)
{
    auto const ec = directory.open_existing();
    return ec ? ec : directory.scan(seen);
}

} // namespace

std::vector<strict_claim> claims_of(filesystem::path const& absolute, system::error_code& ec)
{
    claim_directory directory(absolute);
    claim_scan seen;
    ec = scan(directory, seen);
    if (ec == errc::no_such_file_or_directory)
        ec.clear();
    std::vector<strict_claim> claims;
    for (auto const& claim : seen.claims)
        claims.push_back(report_on(claim));
    return claims;
}

std::vector<owner_record> strict_holders(filesystem::path const& absolute)
{
    found_marker found;
    if (!found.look(absolute) && found.text != strict_sentinel)
        return marker_holders(absolute);
    claim_directory directory(absolute);
    claim_scan seen;
    std::vector<owner_record> holders;
    if (scan(directory, seen))
        return holders;
    for (auto const& claim : seen.claims)
        if (!claim.is_damaged && claim.kind == claim_name::held)
            holders.push_back(owner_of(claim));
    return holders;
}

system::error_code break_claim(filesystem::path const& absolute, std::string const& name)
{
    claim_directory directory(absolute);
    claim_scan seen;
    if (auto const ec = scan(directory, seen))
        return ec;
    bool const is_there = std::any_of(seen.claims.begin(), seen.claims.end(),
                                      [&](found_claim const& c) { return c.name == name; });
    return is_there ? remove_name(directory.path_of(name))
                    : make_error_code(errc::no_such_file_or_directory);
}

} // namespace detail
} // namespace filelock
} // namespace boost
