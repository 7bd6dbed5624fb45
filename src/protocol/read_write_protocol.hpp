// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_READ_WRITE_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_READ_WRITE_PROTOCOL_HPP

#include "../platform/kernel_lock.hpp"
#include "lock_file.hpp"
#include "protocol.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>

#include <optional>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// Implements `read_write_lock`: kernel locks on the bytes of the file that SQLite locks. The bytes
/// need not exist, and are neither read nor written.
///
/// Readers share the bytes SHARED, and a writer has them exclusively. A process that writes, or may
/// come to write, has RESERVED, which only one process can have. While it waits for the readers to
/// leave, it has PENDING as well, and no reader enters. The kernel detects no deadlock among these
/// locks. So a caller that has SHARED, through this file or another open file, never waits in the
/// kernel for RESERVED or PENDING.
class read_write_protocol final : public protocol
{
public:
    read_write_protocol(filesystem::path absolute, read_write_lock_options const& options);

    attempt_result attempt(lock_mode mode, attempt_context const& context) override;
    attempt_result announce(prior_hold who) override;
    attempt_result sleep(lock_mode mode) override;
    bool can_sleep() const noexcept override { return held_ == lock_mode::none; }
    std::optional<file_identity> observed_file() const noexcept override
    {
        return file_.observed_file();
    }
    watch_target to_watch() const noexcept override { return file_.to_watch(); }
    watch_result request_notice() noexcept override { return file_.request_notice(); }
    std::uint8_t exclusion_domains() const noexcept override { return domain::record_lock; }
    /// Returns false: SQLite unlocks without closing the file, which no change notification
    /// reports.
    bool is_local() const noexcept override { return false; }
    system::error_code withdraw() noexcept override;
    system::error_code release() noexcept override;
    system::error_code downgrade(lock_mode mode) noexcept override;
    bool still_held(system::error_code& ec) override;
    std::vector<owner_record> holders() const override;

private:
    attempt_result take(lock_mode mode, attempt_context const& context);
    attempt_result wait_for(lock_mode mode);
    attempt_result join(prior_hold who);
    attempt_result strengthen(lock_mode mode, attempt_context const& context);

    attempt_result take_all() noexcept;
    attempt_result enter(prior_hold who) noexcept;
    attempt_result enter_reserved(prior_hold who) noexcept;
    attempt_result reserve(prior_hold who) noexcept;
    attempt_result pend(prior_hold who) noexcept;
    attempt_result drain(prior_hold who) noexcept;
    attempt_result lock(byte_range bytes, lock_mode mode) const noexcept;

    attempt_result noted(lock_mode mode, attempt_result const& verdict) noexcept;
    system::error_code check_storage() const;
    void notice_fork() noexcept;
    bool has_claims() const noexcept;
    system::error_code drop_claims(bool reserved) noexcept;
    system::error_code release_all() noexcept;
    void discard() noexcept;
    system::error_code unlock_all() noexcept;

    std::chrono::nanoseconds poll_interval_;
    storage where_;
    lock_file file_;
    lock_mode held_ = lock_mode::none; // through `file_`, which a forked child finds closed

    // These bytes are locked, by the hold or by attempts that go on.
    bool has_reserved_ = false;
    bool has_pending_ = false;
    bool claims_are_left_over_ =
        false; // the attempts have ended, but their locks could not be dropped
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
