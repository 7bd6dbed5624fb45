// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "kernel_lock_protocol.hpp"

#include "../platform/kernel_lock.hpp"
#include "../platform/storage.hpp"

#include <boost/filelock/error.hpp>

#include <boost/system/errc.hpp>

#include <utility>

namespace boost {
namespace filelock {
namespace detail {

kernel_lock_protocol::kernel_lock_protocol(filesystem::path absolute,
                                           file_lock_options const& options)
    : options_(options),
      file_(std::move(absolute), options,
            options.keep_open && options.backend == kernel_lock::flock && !options.on_acquired),
      first_(options.backend == kernel_lock::record ? kernel_lock::record : kernel_lock::flock)
{
    if (options.backend == kernel_lock::both)
        second_ = kernel_lock::record;
}

// The parts of an attempt are inline: see lock_file.hpp.

attempt_result kernel_lock_protocol::attempt(lock_mode mode, attempt_context const& context)
{
    if (held_ != lock_mode::none && file_.is_open())
        return join();
    held_ = lock_mode::none;
    return noted(mode, file_.attempt(
                           mode == lock_mode::shared ? access::read : access::read_write,
                           context.waits, options_.poll_interval, [&] { return check_storage(); },
                           [&] { return take(mode, patience::none); }, [&] { discard(); }));
}

// Adds another reader of the same object. It must not share an invalid lock, although the present
// readers do not know of the loss, so it waits for them to leave.
attempt_result kernel_lock_protocol::join()
{
    bool valid;
    if (auto const ec = file_.is_valid(valid))
        return ec;
    return valid ? attempt_result::acquired : attempt_result::busy;
}

attempt_result kernel_lock_protocol::sleep(lock_mode mode)
{
    if (!file_.is_open())
        return attempt(mode, {});
    auto const verdict = noted(mode, file_.wait([&] { return take(mode, patience::endless); }));
    if (verdict.kind == attempt_result::acquired || verdict.kind == attempt_result::busy)
        return verdict;
    discard();
    return verdict.kind == attempt_result::retry ? attempt(mode, {}) : verdict;
}

inline attempt_result kernel_lock_protocol::noted(lock_mode mode,
                                                  attempt_result const& verdict) noexcept
{
    if (verdict.kind == attempt_result::acquired) {
        file_.end_request();
        held_ = mode;
        is_new_ = true;
    }
    return verdict;
}

// Never waits for one lock while it has the other: a process that acquires the two in the other
// order would wait for this one.
inline attempt_result kernel_lock_protocol::take(lock_mode mode, patience p) noexcept
{
    auto ec = p == patience::endless ? wait_for_kernel_lock(file_.native(), first_, mode)
                                     : try_kernel_lock(file_.native(), first_, mode);
    if (!ec && second_) {
        ec = try_kernel_lock(file_.native(), *second_, mode);
        if (ec) {
            if (auto const failed = kernel_unlock(file_.native(), first_))
                return failed;
            std::swap(first_, *second_);
        }
    }
    return of_locking(ec);
}

inline system::error_code kernel_lock_protocol::unlock() noexcept
{
    auto ec = kernel_unlock(file_.native(), first_);
    if (second_)
        if (auto const second = kernel_unlock(file_.native(), *second_); !ec)
            ec = second;
    return ec;
}

system::error_code kernel_lock_protocol::check_storage()
{
    is_refused_ = false;
    if (options_.where == storage::local)
        return {};
    if (second_)
        return check_storage_for_both();
    is_refused_ = is_host_local_lock(file_.open_file(), first_);
    return is_refused_ ? error::kernel_lock_not_supported : system::error_code();
}

system::error_code kernel_lock_protocol::check_storage_for_both() const noexcept
{
    bool is_local = false;
    if (options_.where == storage::detect)
        if (auto const ec = is_on_local_storage(file_.open_file(), is_local))
            return ec;
    return is_local ? system::error_code() : error::both_not_supported;
}

void kernel_lock_protocol::acquired()
{
    if (std::exchange(is_new_, false) && options_.on_acquired)
        options_.on_acquired(file_.native());
}

std::uint8_t kernel_lock_protocol::exclusion_domains() const noexcept
{
    if (options_.backend == kernel_lock::both)
        return domain::flock | domain::record_lock;
    return options_.backend == kernel_lock::flock ? domain::flock : domain::record_lock;
}

system::error_code kernel_lock_protocol::withdraw() noexcept
{
    file_.end_request();
    if (held_ == lock_mode::none)
        file_.leave_unlocked();
    return {};
}

system::error_code kernel_lock_protocol::release() noexcept
{
    held_ = lock_mode::none;
    if (!file_.is_open())
        return {};
    // Unlock before closing: waiters watch for the close, which the kernel reports before it drops
    // the lock of that descriptor. Without the unlock a copy of the descriptor elsewhere would keep
    // the lock.
    auto const ec = unlock();
    if (ec)
        file_.discard();
    else if (options_.on_acquired)
        file_.close_and_notify(true);
    else
        file_.leave();
    return ec;
}

// Drops an invalid lock.
void kernel_lock_protocol::discard() noexcept
{
    (void)unlock();
    file_.discard();
}

// Locking again changes nothing, provided that it is in the same mode. flock(2): converting a lock
// drops it first. A lost lock is acquired again, or the call fails.
bool kernel_lock_protocol::still_held(system::error_code& ec)
{
    if (held_ == lock_mode::none || !file_.is_open() || file_.is_lost())
        return false;
    ec = try_kernel_lock(file_.native(), first_, held_);
    if (!ec && second_)
        ec = try_kernel_lock(file_.native(), *second_, held_);
    return file_.is_valid_after(ec);
}

std::vector<owner_record> kernel_lock_protocol::holders() const
{
    return kernel_lock_holders(file_.path(), options_.backend);
}

} // namespace detail
} // namespace filelock
} // namespace boost
