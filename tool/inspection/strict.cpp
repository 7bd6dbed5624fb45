// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "parts.hpp"

#include "../../src/protocol/claim_inspection.hpp"
#include "../../src/protocol/claim_record.hpp"

#include <algorithm>
#include <utility>
#include <vector>

// The claims of a strict lock.

namespace filelock_tool {
namespace fs = boost::filesystem;
namespace detail = boost::filelock::detail;
namespace {

using boost::filelock::claim_state;
using boost::filelock::owner_mode;
using boost::filelock::strict_claim;

// A hold has two claims of one token, so an intent counts only where it stands alone.
bool is_alone(strict_claim const& intent, std::vector<strict_claim> const& all)
{
    return std::none_of(all.begin(), all.end(), [&](strict_claim const& c) {
        return c.state == claim_state::held && c.owner.token == intent.owner.token;
    });
}

lock_holder holder_by(strict_claim const& claim)
{
    auto const& by = claim.owner;
    auto holder = holder_of({by.pid, by.hostname, by.start_token}, owner_mode::claim, false);
    holder.owner.token = by.token;
    holder.age = by.age; // it is written once
    holder.is_waiting = claim.state == claim_state::intent;
    return holder;
}

bool has_sentinel(fs::path const& path)
{
    return look_at(path).text == detail::strict_sentinel;
}

} // namespace

std::optional<lock_report> strict_report(fs::path const& path)
{
    struct ::stat facts = {};
    auto const claims = beside(path, claims_suffix) / "claims";
    bool const has_claims = facts_of(claims, facts) && S_ISDIR(facts.st_mode);
    if (!has_claims && !has_sentinel(path))
        return std::nullopt;
    lock_report report{path, lock_kind::strict_soft_file_lock, lock_state::free};
    boost::system::error_code ec;
    report.claims = detail::claims_of(path, ec);
    if (ec) {
        report.state = lock_state::unreadable;
        report.note = ec.message();
        return report;
    }
    for (auto& claim : report.claims) {
        if (claim.state == claim_state::damaged) {
            report.state = lock_state::damaged;
            report.note += (report.note.empty() ? "damaged claim " : ", ") + claim.name;
        } else if (claim.state == claim_state::held || is_alone(claim, report.claims)) {
            report.holders.push_back(holder_by(claim));
        }
    }
    // Held claims sort before intents.
    if (report.state == lock_state::free && !report.holders.empty())
        report.state = report.holders.front().is_waiting ? lock_state::claimed : lock_state::held;
    return report;
}

} // namespace filelock_tool
