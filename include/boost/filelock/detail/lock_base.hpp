// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_DETAIL_LOCK_BASE_HPP
#define BOOST_FILELOCK_DETAIL_LOCK_BASE_HPP

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/deadline.hpp>
#include <boost/filelock/detail/lock_mode.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/owner_record.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <memory>
#include <optional>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

class lock_state;

/// The common part of every lock type, whatever its protocol, and the functions that the members
/// with standard names call. All members except the destructor are thread-safe.
class BOOST_FILELOCK_DECL lock_base
{
public:
    lock_base(lock_base const&) = delete;
    lock_base& operator=(lock_base const&) = delete;

    /// Drops one level of the caller's. The last one releases the lock. Throws `lock_error`:
    /// `operation_not_permitted` if the caller owns no level, and the operating system's error if
    /// the lock could not be released properly; the level is dropped in that case too. In a forked
    /// child, dropping an inherited level has no effect and is no error.
    void release();
    void release(system::error_code& ec) noexcept;

    /// Drops all levels of the caller's. Having none is no error. Throws as `release()` does.
    void release(force_t);

    /// Returns whether the calling thread (`ownership::thread`) or any owner
    /// (`ownership::instance`) holds this object. Asks only this object, not the file system. False
    /// in a forked child.
    bool is_locked() const noexcept;

    /// Returns the number of levels of the calling thread or, with `ownership::instance`, of the
    /// object.
    unsigned lock_counter() const noexcept;

    /// Returns the path as given to the constructor.
    filesystem::path const& path() const noexcept;

    /// Returns the present holders of the file in all processes, as far as they are known. A report
    /// of one moment, which keeps no holder from leaving. For kernel locks /proc has the holders of
    /// this machine on Linux; elsewhere the result is empty. For soft locks the markers have the
    /// holders.
    std::vector<owner_record> holders() const;
    /// Returns the first of `holders()`.
    std::optional<owner_record> holder() const;

    /// Returns whether the caller holds the lock now according to the file system. Returns false if
    /// the caller has no level of this object, if the path names another file, and if a file server
    /// has forgotten the lock. Returns false with `ec` set if the file system gave no answer. The
    /// result says nothing about the time before. The call may wait for another thread's attempt on
    /// the same object, which does not wait itself.
    bool still_held(system::error_code& ec) const;

protected:
    explicit lock_base(std::shared_ptr<lock_state> state) noexcept;

    lock_state& state() const noexcept { return *state_; }

    /// Drops the levels of every owner and ignores errors. In a forked child the parent's holds are
    /// not affected.
    ~lock_base();

    // The functions behind the names.

    /// Acquires one level of this mode. Returns false if the deadline has passed. Throws
    /// `lock_error`.
    bool take(lock_mode mode, deadline const& until);
    void take(lock_mode mode, acquire_options const& how);
    bool take(lock_mode mode, acquire_options const& how, system::error_code& ec);

    /// Drops one level. Throws only if the caller owns no level of this mode.
    void drop(lock_mode mode);

    /// Converts a level of mode `from` to one of mode `to`.
    bool strengthen(lock_mode from, lock_mode to, deadline const& until);
    void weaken(lock_mode from, lock_mode to);

    /// Drops the levels of every owner; dropping them later has no effect. Later and waiting
    /// acquisitions fail with `error::closed`.
    void close() noexcept;

private:
    friend class async_operation;

    std::shared_ptr<lock_state> state_; // shared with asynchronous operations and their holds
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
