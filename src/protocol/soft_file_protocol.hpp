// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_SOFT_FILE_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_SOFT_FILE_PROTOCOL_HPP

#include "../platform/file.hpp"
#include "marker_claim.hpp"
#include "marker_inspection.hpp"
#include "owner_checker.hpp"
#include "protocol.hpp"

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

/// Implements `soft_file_lock`: the lock is held while there is a marker at the path. The marker
/// names its owner, so that contenders can find out that the owner has died.
class soft_file_protocol final : public protocol, private marker_contract
{
public:
    /// `foreign_limit`: how long the marker of another host must be seen unchanged before it is
    /// evicted. If it is unset, such a marker is never evicted.
    soft_file_protocol(filesystem::path const& absolute, soft_file_lock_options const& options,
                       std::optional<std::chrono::nanoseconds> foreign_limit = {});

    attempt_result attempt(lock_mode, attempt_context const&) override { return claim_.attempt(); }
    watch_target to_watch() const noexcept override { return claim_.to_watch(); }
    bool is_local() const noexcept override { return claim_.is_local(); }
    std::uint8_t exclusion_domains() const noexcept override { return domain::marker; }
    system::error_code withdraw() noexcept override { return claim_.withdraw(); }
    std::optional<file_identity> observed_file() const noexcept override
    {
        return claim_.observed_file();
    }
    system::error_code release() noexcept override;
    bool still_held(system::error_code& ec) override { return claim_.marker().is_in_place(ec); }
    std::vector<owner_record> holders() const override { return marker_holders(claim_.path()); }

    /// Returns whether the lock is held. On network storage it asks the file system, as other
    /// processes may have removed the marker.
    bool is_surely_held() const noexcept;

    /// Looks at the marker to learn for how long it has been unchanged. Removes nothing.
    void observe();

private:
    system::error_code make_text(std::string& text) override;
    marker_verdict judge(found_marker const& found) override;
    marker_verdict judge_owner(found_marker const& found, marker_record const& owner);

    std::optional<std::chrono::nanoseconds> lifetime_, malformed_grace_, foreign_limit_;
    marker_claim claim_;
    owner_checker checker_;
    std::string host_, record_;   // of this process
    std::uint32_t record_of_ = 0; // the process generation; 0: the record must be made again
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
