// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_KERNEL_LOCK_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_KERNEL_LOCK_PROTOCOL_HPP

#include "lock_file.hpp"
#include "protocol.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>

#include <optional>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// Implements `file_lock`: the kernel's lock on the lock file.
class kernel_lock_protocol final : public protocol
{
public:
    kernel_lock_protocol(filesystem::path absolute, file_lock_options const& options);

    /// Returns whether the last attempt failed because the lock would be host-local: the file
    /// system has the lock, but it excludes no process of another host.
    bool is_refused() const noexcept { return is_refused_; }

    attempt_result attempt(lock_mode mode, attempt_context const& context) override;
    attempt_result sleep(lock_mode mode) override;
    bool can_sleep() const noexcept override { return held_ == lock_mode::none; }
    void acquired() override;
    std::optional<file_identity> observed_file() const noexcept override
    {
        return file_.observed_file();
    }
    watch_target to_watch() const noexcept override { return file_.to_watch(); }
    watch_result request_notice() noexcept override { return file_.request_notice(); }
    bool is_local() const noexcept override { return file_.is_local(); }
    std::uint8_t exclusion_domains() const noexcept override;
    system::error_code withdraw() noexcept override;
    system::error_code release() noexcept override;
    bool still_held(system::error_code& ec) override;
    std::vector<owner_record> holders() const override;

private:
    enum class patience
    {
        none,
        endless
    };

    attempt_result take(lock_mode mode, patience p) noexcept;
    system::error_code unlock() noexcept;
    void discard() noexcept;
    attempt_result join();
    attempt_result noted(lock_mode mode, attempt_result const& verdict) noexcept;
    system::error_code check_storage();
    system::error_code check_storage_for_both() const noexcept;

    file_lock_options options_;
    lock_file file_;
    lock_mode held_ = lock_mode::none; // through `file_`, which a forked child finds closed
    bool is_new_ = false;              // `on_acquired` was not called for the hold
    bool is_refused_ = false;

    // The kind that is locked first, and the one that is locked second, if any. A kind that another
    // process was found to hold comes first the next time.
    kernel_lock first_;
    std::optional<kernel_lock> second_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
