// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_HEARTBEAT_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_HEARTBEAT_PROTOCOL_HPP

#include "../platform/fork.hpp"
#include "../protocol/forwarding_protocol.hpp"
#include "../protocol/protocol.hpp"
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

class lock_state;

/// A protocol whose holds need refreshes. A heartbeat refreshes the hold from its acquisition to
/// its release, and reports its loss.
class heartbeat_protocol final : public forwarding_protocol<refreshable_protocol>, private heartbeat
{
public:
    using maker = renewed_in_child<refreshable_protocol>::maker;
    using loss_handler = std::function<void(lease_loss const&)>;

    /// `path` is the path that a loss report names.
    heartbeat_protocol(maker make, filesystem::path path, loss_handler on_loss);
    ~heartbeat_protocol() override;

    /// Returns the protocol of a lock object that was made with a `heartbeat_protocol`.
    static heartbeat_protocol& of(lock_state& state) noexcept;

    std::shared_ptr<loss_report> report() const noexcept { return report_; }

    /// Ends the calls of the loss handler. Waits for a running call, unless that call is the
    /// caller.
    void end_reports() noexcept { stop_and_wait(); }

    /// Refreshes the hold now, and then again in time. Called by an owner that inspects the file.
    /// Returns `error::hold_lost` if it is lost, or why it was not refreshed.
    system::error_code extend() noexcept;

    /// Returns the result of `f` with the protocol whose hold is refreshed.
    template <class F>
    auto change_inner(F f)
    {
        auto const change = inner_.change();
        return f(*change.operator->());
    }

    attempt_result attempt(lock_mode mode, attempt_context const& context) override;
    system::error_code release() noexcept override;
    bool still_held(system::error_code& ec) override;

private:
    std::optional<std::chrono::nanoseconds> beat() noexcept override;
    system::error_code begin();
    bool is_refreshed() const noexcept { return refreshed_in_ == process_generation(); }

    filesystem::path path_;
    std::shared_ptr<loss_handler const> on_loss_; // shared: it may destroy this object
    std::shared_ptr<loss_report> const report_;
    std::uint32_t refreshed_in_ = 0; // the process generation; 0: no hold is refreshed
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
