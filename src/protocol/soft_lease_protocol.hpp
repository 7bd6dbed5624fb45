// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_SOFT_LEASE_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_SOFT_LEASE_PROTOCOL_HPP

#include "fence_numbers.hpp"
#include "lease_times.hpp"
#include "marker_claim.hpp"
#include "marker_inspection.hpp"
#include "owner_checker.hpp"
#include "protocol.hpp"
#include "refresh_clock.hpp"
#include "storage_age.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// Implements `soft_file_lease`: the lock is held while there is a marker at the path that its
/// owner refreshes. Contenders evict a marker that was not refreshed for long enough.
class soft_lease_protocol final : public refreshable_protocol, private marker_contract
{
public:
    soft_lease_protocol(filesystem::path const& absolute, soft_file_lease_options const& options);

    attempt_result attempt(lock_mode, attempt_context const&) override;
    watch_target to_watch() const noexcept override { return claim_.to_watch(); }
    bool is_local() const noexcept override { return claim_.is_local(); }
    std::uint8_t exclusion_domains() const noexcept override { return domain::marker; }
    system::error_code withdraw() noexcept override { return claim_.withdraw(); }
    std::optional<file_identity> observed_file() const noexcept override
    {
        return claim_.observed_file();
    }
    system::error_code release() noexcept override;
    bool still_held(system::error_code& ec) override;
    std::vector<owner_record> holders() const override { return marker_holders(claim_.path()); }

    refresh_result refresh() noexcept override;
    std::optional<loss_reason> lost() noexcept override;
    refresh_result first_refresh() const noexcept override { return clock_.first(); }
    std::string const& token() const noexcept override { return token_; }

    /// Returns the number of the present hold, which is greater than those of all earlier holds.
    /// Makes it when it is first called. Returns an error if the hold is not good afterwards.
    system::error_code fence(std::uint64_t& number);

private:
    system::error_code make_text(std::string& text) override;
    marker_verdict judge(found_marker const& found) override;
    marker_verdict judge_lease(found_marker const& found, marker_content const& content);

    lease_times const times_;
    refresh_clock clock_;
    marker_claim claim_;
    owner_checker checker_;
    storage_age age_;
    fence_numbers numbers_;
    std::string token_;
    std::optional<std::uint64_t> number_; // of the present hold
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
