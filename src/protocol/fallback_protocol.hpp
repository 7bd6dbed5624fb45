// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_FALLBACK_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_FALLBACK_PROTOCOL_HPP

#include "forwarding_protocol.hpp"
#include "kernel_lock_protocol.hpp"
#include "protocol.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>

#include <atomic>
#include <optional>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// Implements `file_lock` with `fallback::soft`: the kernel's lock where the file system has one,
/// else a marker.
class fallback_protocol final : public protocol
{
public:
    fallback_protocol(filesystem::path const& absolute, file_lock_options const& options);

    /// Returns whether the lock is a marker. May be called from any thread.
    bool is_soft() const noexcept override { return is_soft_.load(std::memory_order_relaxed); }

    attempt_result attempt(lock_mode mode, attempt_context const& context) override;
    attempt_result sleep(lock_mode mode) override { return current().sleep(mode); }
    bool can_sleep() const noexcept override { return current().can_sleep(); }
    void acquired() override { current().acquired(); }
    watch_target to_watch() const noexcept override { return current().to_watch(); }
    watch_result request_notice() noexcept override { return current().request_notice(); }
    bool is_local() const noexcept override { return current().is_local(); }
    std::uint8_t exclusion_domains() const noexcept override
    {
        return kernel_.exclusion_domains() | domain::marker;
    }
    system::error_code withdraw() noexcept override { return current().withdraw(); }
    std::optional<file_identity> observed_file() const noexcept override
    {
        return current().observed_file();
    }
    system::error_code release() noexcept override { return current().release(); }
    system::error_code downgrade(lock_mode to) noexcept override { return current().downgrade(to); }
    bool still_held(system::error_code& ec) override { return current().still_held(ec); }
    std::vector<owner_record> holders() const override { return current().holders(); }

private:
    protocol& current() noexcept { return is_soft() ? soft_ : static_cast<protocol&>(kernel_); }
    protocol const& current() const noexcept
    {
        return is_soft() ? soft_ : static_cast<protocol const&>(kernel_);
    }
    system::error_code probe() const;
    bool lacks(descriptor const& file, kernel_lock kind) const noexcept;

    filesystem::path path_;
    file_lock_options options_;
    kernel_lock_protocol kernel_;
    fork_safe_protocol soft_;
    bool is_decided_ = false;
    std::atomic<bool> is_soft_{false}; // once true, it stays true
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
