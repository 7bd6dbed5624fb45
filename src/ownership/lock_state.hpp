// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_LOCK_STATE_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_LOCK_STATE_HPP

#include "../protocol/protocol.hpp"
#include "lock_book.hpp"

#include <boost/filelock/detail/deadline.hpp>
#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <memory>

namespace boost {
namespace filelock {
namespace detail {

/// What a lock object consists of, and how a thread takes and drops it.
class lock_state
{
public:
    lock_state(filesystem::path path, std::unique_ptr<protocol> what, ownership scope,
               std::chrono::nanoseconds poll_interval);
    ~lock_state();
    lock_state(lock_state const&) = delete;
    lock_state& operator=(lock_state const&) = delete;

    filesystem::path const& path() const noexcept { return path_; }
    unsigned levels() const noexcept { return book_.levels(caller()); }

    /// Waits. False with an error, or without one where the deadline passed.
    bool acquire(lock_mode mode, deadline const& until, system::error_code& ec);

    struct release_result
    {
        bool owned;
        system::error_code error; // of giving the lock back
    };
    release_result release_level() noexcept { return finish(book_.drop(caller())); }
    release_result release_all() noexcept { return finish(book_.drop_all(caller())); }

private:
    owner caller() const noexcept { return owner::calling(scope_); }
    bool waits_for_itself() const;
    release_result finish(lock_book::level dropped) noexcept;

    filesystem::path path_; // as the user gave it
    ownership scope_;
    std::chrono::nanoseconds poll_interval_;
    std::unique_ptr<protocol> protocol_;
    lock_book book_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
