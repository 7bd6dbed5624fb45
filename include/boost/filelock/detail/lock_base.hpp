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

/// What every lock type has, whatever its protocol, and the verbs that its names stand on.
/// All members may be called from several threads at once, but for the destructor.
class BOOST_FILELOCK_DECL lock_base
{
public:
    lock_base(lock_base const&) = delete;
    lock_base& operator=(lock_base const&) = delete;

    /// Drops one level of the caller's; at the last, the lock itself.
    /// Throws `lock_error`: `operation_not_permitted` where the caller owns no level, and what the
    /// operating system says where the lock could not be given back properly.
    /// In a forked child, dropping an inherited level does nothing and is no error.
    void release();
    void release(system::error_code& ec) noexcept;

    /// Drops all of the caller's levels; having none is no error. Throws as `release()` does.
    void release(force_t);

    /// Whether the calling thread (`ownership::thread`) or anybody (`ownership::instance`) holds
    /// this object. Asks nobody but this object. False in a forked child.
    bool is_locked() const noexcept;

    /// How many levels the calling thread, or with `ownership::instance` the object, holds.
    unsigned lock_counter() const noexcept;

    /// The path as it was given to the constructor.
    filesystem::path const& path() const noexcept;

    /// Who holds the file now, in whatever process, as far as can be known: a report of one moment,
    /// and no lock. On Linux what /proc tells, elsewhere nothing; of holders on other machines,
    /// nothing.
    std::vector<owner_record> holders() const;
    /// The first of them.
    std::optional<owner_record> holder() const;

    /// Asks the file system whether the caller holds the lock now. False where nobody holds this
    /// object, where the path names another file by now, and where a file server has forgotten the
    /// lock. False with `ec` where there was no answer. Says nothing of the time before. May wait
    /// for another thread's attempt on the same object, which does not wait itself.
    bool still_held(system::error_code& ec) const;

protected:
    explicit lock_base(std::shared_ptr<lock_state> state) noexcept;

    /// Drops every level, of whichever owner, and swallows errors. In a forked child it touches
    /// nothing that the parent holds.
    ~lock_base();

    // The verbs.

    /// False where the deadline passed. Throws `lock_error`.
    bool take(lock_mode mode, deadline const& until);
    void take(lock_mode mode, acquire_options const& how);
    bool take(lock_mode mode, acquire_options const& how, system::error_code& ec);

    /// Drops one level; throws for the owner's mistake alone.
    void drop(lock_mode mode);

    /// Makes a level of mode `from` one of mode `to`.
    bool strengthen(lock_mode from, lock_mode to, deadline const& until);
    void weaken(lock_mode from, lock_mode to);

    /// Drops every level, of whichever owner, whose dropping it later does nothing. Whoever
    /// acquires, or waits, fails with `error::closed`.
    void close() noexcept;

private:
    friend class async_operation;

    std::shared_ptr<lock_state> state_; // asynchronous operations and their holds share it
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
