// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "soft_file_protocol.hpp"

#include "../platform/clock.hpp"
#include "../platform/fork.hpp"
#include "../platform/process.hpp"
#include "lease_record.hpp"

#include <boost/filelock/error.hpp>

#include <algorithm>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using std::chrono::nanoseconds;

// Of an expired marker, from the start of the release. After it the release is begun again.
constexpr nanoseconds longest_removal = std::chrono::seconds(1);

} // namespace

soft_file_protocol::soft_file_protocol(filesystem::path const& absolute,
                                       soft_file_lock_options const& options,
                                       std::optional<std::chrono::nanoseconds> foreign_limit)
    : lifetime_(options.lifetime), malformed_grace_(options.malformed_grace),
      foreign_limit_(foreign_limit), claim_(*this, absolute, options), checker_(claim_.site())
{}

system::error_code soft_file_protocol::make_text(std::string& text)
{
    auto host = host_name();
    if (record_of_ != process_generation() || host != host_) {
        checker_.forget_owners();
        auto const us = this_process();
        record_ = marker_record{us.pid, host, us.start_token}.text();
        host_ = std::move(host);
        bool const is_one = read_marker(record_).kind == marker_content::record;
        record_of_ = is_one && !us.start_token.empty() ? process_generation() : 0;
        if (!is_one)
            return error::host_without_name; // no process would recognize it
    }
    text = record_;
    return {};
}

marker_verdict soft_file_protocol::judge(found_marker const& found)
{
    marker_verdict v;
    if (!found.file.is_open())
        return v; // the owner is unknown: we may not read the file
    auto const content = read_marker(found.text);
    auto limit = lifetime_;
    switch (content.kind) {
    case marker_content::foreign:
        v.error = error::not_a_lock_file;
        return v;
    case marker_content::sentinel:
    case marker_content::lease:
    case marker_content::other_contract:
        return v;
    case marker_content::record:
        v = judge_owner(found, content.owner);
        break;
    case marker_content::beginning:
        if (has_lease_format(found.text))
            return v; // its expiry is not ours to judge
        if (malformed_grace_ && (!limit || *malformed_grace_ < *limit))
            limit = malformed_grace_;
        break;
    }
    if (!v.is_removable && limit)
        v.expire_at(*limit, checker_.age_of(found));
    return v;
}

marker_verdict soft_file_protocol::judge_owner(found_marker const& found,
                                               marker_record const& owner)
{
    marker_verdict v;
    auto const state = checker_.check(found, owner, v);
    v.is_removable = state == owner_checker::owner_state::dead;
    if (state == owner_checker::owner_state::unseen && foreign_limit_)
        v.expire_at(*foreign_limit_, checker_.unchanged_for(found));
    return v;
}

// Contenders with the same lifetime evict the marker after it.
system::error_code soft_file_protocol::release() noexcept
{
    auto const made = claim_.marker().made();
    if (!lifetime_ || *lifetime_ > (nanoseconds::max)() - made)
        return claim_.release();
    auto const slice = (std::min)(*lifetime_, longest_removal);
    return claim_.release((std::max)(made + *lifetime_, time_since_boot() + slice));
}

bool soft_file_protocol::is_surely_held() const noexcept
{
    system::error_code ec;
    auto const& marker = claim_.marker();
    return claim_.is_held() && (marker.has_local_rules() || (marker.is_in_place(ec) && !ec));
}

void soft_file_protocol::observe()
{
    found_marker found;
    if (!found.look(claim_.path()) && found.file.is_open())
        (void)checker_.unchanged_for(found);
}

} // namespace detail
} // namespace filelock
} // namespace boost
