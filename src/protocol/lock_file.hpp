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

/// The file at a path on which the kernel keeps locks, and whether a lock on it is valid. The file
/// stays after a release. If it were unlinked, its waiters and the users of a new file would have
/// two different locks.
//
// The parts of an attempt are inline. After a system call the processor mispredicts each return of
// a chain of calls, and these mispredictions are the cost of a free lock besides the kernel's.
class lock_file
{
public:
    lock_file(filesystem::path absolute, std::optional<filesystem::perms> permissions,
              bool create_directories)
        : path_(std::move(absolute)), permissions_(permissions),
          create_directories_(create_directories)
    {}

    filesystem::path const& path() const noexcept { return path_; }

    /// Returns the descriptor. It stays open between the attempts of one wait. A forked child finds
    /// it closed.
    descriptor const& open_file() const noexcept { return file_; }
    bool is_open() const noexcept { return file_.is_open(); }
    native_handle_type native() const noexcept { return file_.native(); }
    void close() noexcept { file_.close(); }

    /// Makes one attempt: opens the file if it is not open, and has `take` lock it. Starts again if
    /// the path has come to name another file meanwhile. `drop` unlocks and closes the file of an
    /// invalid lock. `check` is called before the first lock on each file system, and returns an
    /// error if locks do not work there. `waits`: the caller makes further attempts, so the attempt
    /// allows another process some time to set the permissions of a file that it has just created.
    template <class Check, class Take, class Drop>
    attempt_result attempt(access least, bool waits, std::chrono::nanoseconds pause, Check check,
                           Take take, Drop drop)
    {
        for (int i = 0; i < max_reopens; ++i) {
            if (!is_open()) {
                auto ec = open(least, waits);
                if (ec == system::errc::operation_would_block)
                    // A lease (fcntl(2), F_SETLEASE) is being recalled, or the permissions are not
                    // set yet.
                    break;
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
        // The obstacle passes soon, or a later attempt reports it as an error.
        return attempt_result::retry_after(
            (std::min<std::chrono::nanoseconds>)(pause, longest_pause));
    }

    /// Returns the result of locking after a check of the path. It is `retry` if the path names
    /// another file: a lock on the open file is then useless, whether acquired or waited for.
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
            observed_file_.reset(); // the new file system is unchecked
            return attempt_result::retry;
        }
        observed_file_ = ours.identity;
        if (locking.kind == attempt_result::acquired)
            is_lost_ = false;
        // The permissions are set only once the lock is held: a contender that loses must have
        // changed nothing.
        if (locking.kind == attempt_result::acquired && permissions_ &&
            *permissions_ != ours.permissions)
            if (auto const ec = set_permissions(file_, *permissions_))
                return ec;
        return locking;
    }

    /// Reports whether a lock that is held on the file is valid: the path names the open file, and
    /// no loss of the lock was found.
    system::error_code is_valid(bool& valid) const noexcept
    {
        file_facts ours;
        auto ec = facts_of(file_, ours);
        if (!ec)
            ec = names(ours, valid);
        valid = !ec && valid && !is_lost_;
        return ec;
    }

    /// Returns the same after the held lock was locked again in the same mode. `ec` is the result
    /// of that, and becomes the error of this call.
    bool is_valid_after(system::error_code& ec) noexcept;

    bool is_lost() const noexcept { return is_lost_; }

    /// Returns the file that was last found locked, by this object or another holder. Its file
    /// system has passed `check`.
    std::optional<file_identity> observed_file() const noexcept { return observed_file_; }

    watch_target to_watch() const noexcept
    {
        if (!file_.is_open() || !observed_file_)
            return {};
        return {&file_, *observed_file_, watch_kind::lock_file};
    }

    /// Closes the file, which notifies the waiters. `lent`: the file may also be open elsewhere.
    /// Then this may not be the last close, which is the one that a change notification reports.
    void close_and_notify(bool lent = false) noexcept
    {
        bool const has_copies = file_.may_have_copies() || lent;
        file_.close();
        if (has_copies)
            notify_waiters();
    }

    void notify_waiters() const noexcept { touch(path_); }

private:
    // Limits how often one attempt follows a path that comes to name another file, and how often it
    // repeats an open that fails with ENOENT although the parent exists (FUSE and NFS split the
    // look-up from the creation).
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
    bool is_lost_ = false; // the lock: another holder has it, or the file server forgot it
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
