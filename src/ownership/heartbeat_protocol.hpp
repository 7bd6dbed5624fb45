// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_HEARTBEAT_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_HEARTBEAT_PROTOCOL_HPP

#include "../protocol/protocol.hpp"
#include "../protocol/renewed_in_child.hpp"
#include "heartbeat_scheduler.hpp"
#include "loss_report.hpp"

#include <boost/filelock/lease_loss.hpp>

#include <boost/filesystem/path.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// A protocol whose holds need refreshes. A heartbeat refreshes the hold from its acquisition to
/// its release, and reports its loss.
class heartbeat_protocol final : public protocol, private heartbeat
{
public:
    using maker = renewed_in_child<refreshable_protocol>::maker;
    using loss_handler = std::function<void(lease_loss const&)>;

    /// `path` is the path that a loss report names.
    heartbeat_protocol(maker make, filesystem::path path, loss_handler on_loss);
    ~heartbeat_protocol() override;

    std::shared_ptr<loss_report> report() const noexcept { return report_; }

    /// Ends the calls of the loss handler. Waits for a running call, unless that call is the
    /// caller.
    void end_reports() noexcept { stop_and_wait(); }

    attempt_result attempt(lock_mode mode, attempt_context const& context) override;
    watch_target to_watch() const noexcept override { return protocol_->to_watch(); }
    bool is_local() const noexcept override { return protocol_->is_local(); }
    system::error_code withdraw() noexcept override { return protocol_.change()->withdraw(); }
    std::uint8_t exclusion_domains() const noexcept override
    {
        return protocol_->exclusion_domains();
    }
    std::optional<file_identity> observed_file() const noexcept override
    {
        return protocol_->observed_file();
    }
    system::error_code release() noexcept override;
    bool still_held(system::error_code& ec) override;
    std::vector<owner_record> holders() const override { return protocol_->holders(); }

private:
    std::optional<std::chrono::nanoseconds> beat() noexcept override;
    system::error_code begin();

    renewed_in_child<refreshable_protocol> protocol_;
    filesystem::path path_;
    std::shared_ptr<loss_handler const> on_loss_; // shared: it may destroy this object
    std::shared_ptr<loss_report> const report_;
    bool is_refreshed_ = false;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
