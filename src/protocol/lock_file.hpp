// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_LOCK_FILE_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_LOCK_FILE_HPP

#include "../platform/descriptor.hpp"
#include "../platform/file.hpp"
#include "../platform/idle_descriptors.hpp"
#include "protocol.hpp"
#include "waiter_marks.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/lock_options.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// The file at a path on which the kernel keeps locks, and whether a lock on it is valid. The file
/// stays after a release. If it were unlinked, its waiters and the users of a new file would have
/// two different locks.
///
/// Between two acquisitions the file stays open, idle, where no waiter needs to see it closed. The
/// open descriptor keeps the inode number from being given to another file.
//
// The parts of an attempt are inline. After a system call the processor mispredicts each return of
// a chain of calls, and these mispredictions are the cost of a free lock besides the kernel's.
class lock_file
{
public:
    /// `may_stay_open`: between two acquisitions. The options are those of the lock.
    template <class Options>
    lock_file(filesystem::path absolute, Options const& options, bool may_stay_open)
        : path_(std::move(absolute)), permissions_(options.permissions),
          create_directories_(options.create_directories), where_(options.where), marks_(path_),
          stay_(may_stay_open ? stay::unused : stay::never)
    {}

    filesystem::path const& path() const noexcept { return path_; }

    /// Returns the descriptor. It stays open between the attempts of one wait. A forked child finds
    /// it closed.
    descriptor const& open_file() const noexcept { return file_; }
    /// Returns false for an idle file.
    bool is_open() const noexcept { return file_.is_open(); }
    native_handle_type native() const noexcept { return file_.native(); }

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
            file_facts ours;
            if (!is_open() && !resume(least, ours)) {
                auto ec = open(least, waits);
                if (ec == system::errc::operation_would_block)
                    // A lease (fcntl(2), F_SETLEASE) is being recalled, or the permissions are not
                    // set yet.
                    break;
                if (!ec)
                    ec = examine(ours, check);
                if (ec)
                    return ec;
            }
            auto const verdict = take_open(take, ours);
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

    /// Has `take` wait for the lock of the open file, and returns the verdict on it as an attempt.
    /// It is an immediate retry, or a failure, if the file has to be discarded.
    template <class Take>
    attempt_result wait(Take take)
    {
        file_facts ours;
        return take_open(take, ours);
    }

    /// Reports whether a lock that is held on the file is valid: the path names the open file, and
    /// no loss of the lock was found.
    system::error_code is_valid(bool& valid) const noexcept
    {
        file_facts ours, named;
        auto ec = facts_of(file_, ours);
        if (!ec)
            ec = names(ours, valid, named);
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

    /// Returns whether the storage of the open file is known to be used by this machine alone.
    bool is_local() const noexcept;

    watch_target to_watch() const noexcept
    {
        if (!file_.is_open() || !observed_file_)
            return {};
        return {&file_, *observed_file_, watch_kind::lock_file};
    }

    /// Implements `protocol::request_notice`.
    watch_result request_notice() noexcept;
    /// Ends that.
    void end_request() noexcept { marks_.clear(); }

    /// Ends the use of the file, whose lock was dropped. The file becomes idle if it may stay open
    /// and no waiter has requested a notice. Otherwise it is closed, which notifies the waiters.
    void leave() noexcept
    {
        end_request();
        if (!may_become_idle() || marks_.has_others(*observed_file_) || !file_.make_idle())
            close_and_notify();
    }
    /// Does the same after attempts that have changed nothing for the waiters.
    void leave_unlocked() noexcept
    {
        if (!may_become_idle() || !file_.make_idle())
            file_.close();
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
    /// Does the same to a file that failed, or that the path no longer names.
    void discard() noexcept
    {
        marks_.close();
        close_and_notify();
    }

    void notify_waiters() const noexcept { touch(path_); }

private:
    // Limits how often one attempt follows a path that comes to name another file, and how often it
    // repeats an open that fails with ENOENT although the parent exists (FUSE and NFS split the
    // look-up from the creation).
    static constexpr int max_reopens = 10;
    static constexpr std::chrono::milliseconds longest_pause{50};

    enum class stay : unsigned char // open between two acquisitions
    {
        never,
        unused, // the file was not acquired before: its first release does not pay for the second
        undecided,
        no, // its marks are not reliable, or its directory cannot be opened
        yes
    };

    enum class marks : unsigned char // of waiters
    {
        not_needed,
        unreliable,
        reliable
    };

    system::error_code open(access least, bool waits)
    {
        is_verified_ = false;
        opened_for_ = least;
        marks_.check_directory();
        auto const ec = file_.open_lock_file(path_, permissions_, least);
        return ec ? open_after(ec, least, waits) : ec;
    }
    system::error_code open_after(system::error_code ec, access least, bool waits);

    // Describes the newly opened file, and has `check` examine a file system that is not the last.
    template <class Check>
    system::error_code examine(file_facts& ours, Check check)
    {
        std::uint64_t mount;
        if (auto const ec = facts_of(file_, ours, mount))
            return ec;
        if (observed_file_ && (mount != mount_ || observed_file_->device != ours.identity.device))
            observed_file_.reset();
        mount_ = mount;
        return observed_file_ || !ours.is_regular ? system::error_code() : check();
    }

    // Resumes the idle file. Returns false if there is none, or none that serves.
    bool resume(access least, file_facts& ours) noexcept
    {
        if (!file_.resume())
            return false;
        // A lock through a descriptor that a child has as well would outlive this process.
        bool serves = !file_.may_have_copies();
        if (serves && least > opened_for_ && (serves = !is_read_only(file_)))
            opened_for_ = least;
        if (!serves) {
            file_.close();
            return false;
        }
        // While the file was open, its number could not become another file's.
        ours.identity = *observed_file_;
        ours.is_regular = ours.has_name = true;
        return true;
    }

    // Has `take` lock the open file. The result is `retry` if the path names another file: a lock
    // on the open file is then useless, whether acquired or waited for. `ours`: of the open file,
    // if they are known.
    template <class Take>
    attempt_result take_open(Take take, file_facts& ours)
    {
        if (!ours.is_regular) {
            if (auto const ec = facts_of(file_, ours))
                return ec;
            if (!ours.is_regular)
                return make_error_code(error::not_a_lock_file);
        }
        auto const locking = take();
        bool const was_made =
            locking.kind == attempt_result::acquired || locking.kind == attempt_result::busy;
        return was_made ? verify(locking, ours) : locking;
    }

    attempt_result verify(attempt_result const& locking, file_facts const& ours)
    {
        bool names_it;
        file_facts named;
        if (auto const ec = names(ours, names_it, named))
            return ec;
        if (!names_it)
            return attempt_result::retry;
        if (!(observed_file_ == named.identity) || named.has_other_names != has_other_names_)
            observe(named);
        is_verified_ = true;
        if (locking.kind != attempt_result::acquired)
            return locking;
        is_lost_ = false;
        // The permissions are set only once the lock is held: a contender that loses must have
        // changed nothing.
        if (permissions_ && *permissions_ != named.permissions)
            if (auto const ec = set_permissions(file_, *permissions_))
                return ec;
        return locking;
    }
    void observe(file_facts const& named) noexcept;
    marks use_of_marks() noexcept;

    bool may_become_idle() noexcept
    {
        return (stay_ == stay::yes || (stay_ != stay::never && decide_to_stay())) && is_open() &&
               is_verified_ && !file_.may_have_copies();
    }
    bool decide_to_stay() noexcept;

    // Reports whether the path names the open file, and if so, its facts.
    system::error_code names(file_facts const& ours, bool& names_it,
                             file_facts& named) const noexcept
    {
        names_it = false;
        if (!ours.has_name)
            return {};
        auto const ec = facts_of(path_, named);
        if (ec)
            return ec == system::errc::no_such_file_or_directory ? system::error_code() : ec;
        names_it = named.identity == ours.identity;
        return {};
    }

    filesystem::path path_;
    std::optional<filesystem::perms> permissions_;
    bool create_directories_;
    storage where_;
    descriptor file_; // idle between acquisitions, or closed
    waiter_marks marks_;
    idle_permit permit_;
    std::optional<file_identity> observed_file_;
    std::uint64_t mount_ = 0; // of the file that was last opened, or 0
    access opened_for_ = access::read;
    stay stay_;
    bool is_verified_ = false; // `observed_file_` is the file that is open
    bool has_other_names_ = false;
    std::optional<marks> use_of_marks_; // of `observed_file_`, once it was asked for
    bool is_lost_ = false; // the lock: another holder has it, or the file server forgot it
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
