// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_LOCK_FILE_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_LOCK_FILE_HPP

#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"
#include "protocol.hpp"

#include <boost/filelock/error.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// The file at a path on which the kernel keeps locks, and whether a lock on it is worth anything.
/// It stays when a lock goes: a waiter of an unlinked file and the next one's new file would be two
/// locks.
//
// The parts of an attempt are inline: after a system call the returns of a chain of calls are
// mispredicted, each of them, and it is them that a lock that is free costs besides the kernel.
class lock_file
{
public:
    lock_file(filesystem::path absolute, std::optional<filesystem::perms> permissions,
              bool create_directories)
        : path_(std::move(absolute)), permissions_(permissions),
          create_directories_(create_directories)
    {}

    filesystem::path const& path() const noexcept { return path_; }

    /// Stays open between the attempts of one wait. A forked child finds it closed.
    descriptor const& open_file() const noexcept { return file_; }
    bool is_open() const noexcept { return file_.is_open(); }
    native_handle_type native() const noexcept { return file_.native(); }
    void close() noexcept { file_.close(); }

    /// One attempt: opens the file where it is not open, has `take` lock it, and does so again
    /// where the path has come to name another file meanwhile. `drop` unlocks and closes what is
    /// worth nothing. `check` says before the first lock on each file system what is wrong with
    /// it. `waits`: others may yet set the permissions of a file that they have just created.
    template <class Check, class Take, class Drop>
    attempt_result attempt(access least, bool waits, std::chrono::nanoseconds pause, Check check,
                           Take take, Drop drop)
    {
        for (int i = 0; i < max_reopens; ++i) {
            if (!is_open()) {
                auto ec = open(least, waits);
                if (ec == system::errc::operation_would_block)
                    break; // a lease (fcntl F_SETLEASE) is being recalled; or its permissions are
                           // missing
                if (!ec && !observed_file_)
                    ec = check();
                if (ec)
                    return ec;
            }
            auto const verdict = verify(take());
            if (verdict.kind == attempt_result::acquired || verdict.kind == attempt_result::busy)
                return verdict;
            drop();
            if (verdict.kind != attempt_result::retry)
                return verdict;
        }
        // What is in the way passes soon, or is refused then.
        return attempt_result::retry_after(
            (std::min<std::chrono::nanoseconds>)(pause, longest_pause));
    }

    /// What came of locking, seen in the light of what the path names: a lock on another file is
    /// worth nothing, to be had or to be waited for, and the answer is `retry`.
    attempt_result verify(attempt_result const& locking)
    {
        if (locking.kind == attempt_result::failed)
            return locking;
        file_facts ours;
        if (auto const ec = facts_of(file_, ours))
            return ec;
        if (!ours.is_regular)
            return make_error_code(error::not_a_lock_file);
        bool names_it;
        if (auto const ec = names(ours, names_it))
            return ec;
        if (!names_it)
            return attempt_result::retry;
        if (observed_file_ && observed_file_->device != ours.identity.device) {
            observed_file_.reset(); // it is unchecked
            return attempt_result::retry;
        }
        observed_file_ = ours.identity;
        if (locking.kind == attempt_result::acquired)
            is_lost_ = false;
        // Not before the lock is held: a contender that loses must have changed nothing.
        if (locking.kind == attempt_result::acquired && permissions_ &&
            *permissions_ != ours.permissions)
            if (auto const ec = set_permissions(file_, *permissions_))
                return ec;
        return locking;
    }

    /// Whether a lock that is held on it is worth anything: the path names the file that is open,
    /// and none was found lost.
    system::error_code is_valid(bool& valid) const noexcept
    {
        file_facts ours;
        auto ec = facts_of(file_, ours);
        if (!ec)
            ec = names(ours, valid);
        valid = !ec && valid && !is_lost_;
        return ec;
    }

    /// The same once the lock that is held was tried again in the same mode, and `ec` came of it.
    bool is_valid_after(system::error_code& ec) noexcept;

    bool is_lost() const noexcept { return is_lost_; }

    /// The file that was last found locked, by us or by others. Its file system is a checked one.
    std::optional<file_identity> observed_file() const noexcept { return observed_file_; }

    watch_target to_watch() const noexcept
    {
        if (!file_.is_open() || !observed_file_)
            return {};
        return {&file_, *observed_file_, watch_kind::lock_file};
    }

    /// Closes it, which tells those who wait for what was unlocked. `lent`: it may be open
    /// elsewhere, so that ours is not the last close, which is the one that is told.
    void close_and_notify(bool lent = false) noexcept
    {
        bool const has_copies = file_.may_have_copies() || lent;
        file_.close();
        if (has_copies)
            notify_waiters();
    }

    void notify_waiters() const noexcept { touch(path_); }

private:
    // How often one attempt follows a path that is made to name another file meanwhile, and an open
    // that says ENOENT although the parent is there (FUSE and NFS split the look-up from the
    // creation).
    static constexpr int max_reopens = 10;
    static constexpr std::chrono::milliseconds longest_pause{50};

    system::error_code open(access least, bool waits)
    {
        auto const ec = file_.open_lock_file(path_, permissions_, least);
        return ec ? open_after(ec, least, waits) : ec;
    }
    system::error_code open_after(system::error_code ec, access least, bool waits);

    system::error_code names(file_facts const& ours, bool& names_it) const noexcept
    {
        names_it = false;
        if (!ours.has_name)
            return {};
        file_facts named;
        auto const ec = facts_of(path_, named);
        if (ec)
            return ec == system::errc::no_such_file_or_directory ? system::error_code() : ec;
        names_it = named.identity == ours.identity;
        return {};
    }

    filesystem::path path_;
    std::optional<filesystem::perms> permissions_;
    bool create_directories_;
    descriptor file_;
    std::optional<file_identity> observed_file_;
    bool is_lost_ = false; // the lock: somebody else has it, or the file server forgot it
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
