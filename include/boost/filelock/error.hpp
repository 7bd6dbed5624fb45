// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_ERROR_HPP
#define BOOST_FILELOCK_ERROR_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/owner_record.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>

#include <memory>
#include <optional>
#include <string>
#include <type_traits>

namespace boost {
namespace filelock {

/// Errors of this library that no generic condition names. Every other error is the operating
/// system's own code, `errc::operation_not_permitted` or `errc::resource_deadlock_would_occur`. The
/// values convert to `boost::system::error_code`.
enum class error
{
    /// The path names a file that is not regular (a symbolic link, FIFO, socket or device), or,
    /// where a marker belongs, a file that is no marker, or, where a directory belongs, another
    /// file. The library neither followed nor changed it. Compares equal to
    /// `errc::invalid_argument`.
    not_a_lock_file = 1,

    /// The file system has no kernel locks of this kind, or they are <<host_local,known to exclude
    /// only processes of the same host>>. A soft lock can be used there. Compares equal to
    /// `errc::not_supported`.
    kernel_lock_not_supported,

    /// `kernel_lock::both` was used on network storage, where one kind of kernel lock is
    /// implemented by the other. Compares equal to `errc::not_supported`.
    both_not_supported,

    /// A callback of an asynchronous operation threw an exception that is neither a `system_error`
    /// nor `std::bad_alloc`.
    callback_failed,

    /// The name of this host is empty, so that a marker could not name its owner.
    host_without_name,

    /// The hold is lost. A conversion found that the path now names another file, or that a file
    /// server has forgotten the lock; or a `soft_file_lease` was not refreshed in time, or its
    /// marker is gone.
    hold_lost,

    /// The lock object was closed.
    closed,

    /// The system has no open-file-description locks (`F_OFD_SETLK`), which the soft lock types
    /// need on local storage, except `strict_soft_file_lock`. With `storage::network` they do not
    /// need them. Compares equal to `errc::not_supported`.
    witness_not_supported,

    /// The marker at the path of a `soft_file_lease` is that of a lease with another `duration`.
    /// Compares equal to `errc::invalid_argument`.
    lease_duration_mismatch,

    /// A `fence_guard` has seen a greater number: the holder with this number is superseded.
    fence_passed,

    /// A file among the claims of a `strict_soft_file_lock` is no valid claim or cannot be read. It
    /// may be the claim of a holder, so nothing is acquired until an operator has looked at it.
    claim_damaged,

    /// The file system has no hard links, which a `strict_soft_file_lock` needs. Compares equal to
    /// `errc::not_supported`.
    hard_links_not_supported,
};

/// Returns the category of `error`. Its name is "boost.filelock".
///
/// Thread safety:: Any thread may call it.
BOOST_FILELOCK_DECL system::error_category const& error_category() noexcept;

/// Returns the error code of a value of `error`. The conversion to `boost::system::error_code`
/// finds it.
///
/// Parameters:: `e`: the value.
/// Thread safety:: Any thread may call it.
inline system::error_code make_error_code(error e) noexcept
{
    return {static_cast<int>(e), error_category()};
}

/// The exception of the throwing members. `what()` names the path. It also names the holder, with
/// its pid and command, where another hold is the reason of the error and the holder is known. The
/// form of the text may change. Copying does not throw.
///
/// `code()` returns the error. Compare it with the conditions and values of the table.
///
/// [#codes]
/// .Codes of a `lock_error`, and of an `error_code` that a member sets
/// [cols="2,3"]
/// |===
/// |Code or condition |When
///
/// |`errc::operation_not_permitted`
/// |The caller unlocks or converts a level that it does not own, or not in that mode; `permissions`
/// cannot be set; a dead owner's marker belongs to another user, in a sticky directory.
///
/// |`errc::resource_deadlock_would_occur`
/// |The caller has levels of another mode only; or, in a wait without limit, the calling thread
/// holds the lock through another object and would wait for itself; or, in a conversion without
/// limit or a wait for an upgrade lock, the owner that holds the lock waits for the caller.
///
/// |`errc::timed_out`
/// |The limit of an `acquire` has passed; or another process keeps a marker from being removed, in
/// `release`, in `break_lock`, and in an attempt of a `soft_read_write_lock` that has to remove
/// what an earlier one left.
///
/// |`errc::operation_canceled`
/// |The `cancel_check` of an `acquire` returned true. An asynchronous acquisition completes with
/// `asio::error::operation_aborted` instead, which compares equal to it.
///
/// |`errc::is_a_directory`
/// |There is a directory at the path of a `file_lock` or `read_write_lock`.
///
/// |`error::not_a_lock_file`
/// |There is something else at the path that is not a regular file; or, where a marker belongs, the
/// data of another program or a directory; or something other than a directory at `PATH.readers`
/// of a `soft_read_write_lock`, or at `PATH.filelock` or `PATH.filelock/claims` of a
/// `strict_soft_file_lock`. It was neither followed nor changed.
///
/// |`error::kernel_lock_not_supported`
/// |The file system has no lock of the kind that `backend` names or a `read_write_lock` requires,
/// or its locks are known to exclude only processes of the same host; or a soft lock has
/// `storage::local`, and the file system has no kernel locks; or a shared lock was requested from a
/// `file_lock` that acts as a `soft_file_lock`.
///
/// |`error::both_not_supported`
/// |`backend` is `kernel_lock::both`, and the file is on network storage.
///
/// |`errc::permission_denied`, `errc::read_only_file_system`
/// |The file cannot be opened for writing, or, for a shared lock, not for reading either; or it
/// cannot be made. `break_lock` may not read it. A reader without permission to write asks for a
/// conversion.
///
/// |`errc::no_such_file_or_directory`
/// |A parent directory is missing and `create_directories` is off. `force_break` of a
/// `strict_soft_file_lock` does not find the claim.
///
/// |`error::callback_failed`
/// |A callback of an asynchronous operation threw an exception that is neither a `system_error` nor
/// a lack of memory.
///
/// |`error::hold_lost`
/// |A conversion found that the hold is lost: the path now names another file, or a file server
/// has forgotten the lock. The caller's level stays, and must be unlocked.
///
/// |`error::host_without_name`
/// |The name of this host is empty: a marker could not name its owner.
///
/// |`error::witness_not_supported`
/// |The system has no open-file-description locks (old gVisor, PRoot), which the soft lock types
/// use on local storage.
///
/// |`error::lease_duration_mismatch`
/// |The holder of a `soft_file_lease` has another `duration` than the caller, and is not proved
/// dead.
///
/// |`error::fence_passed`
/// |A `fence_guard` has seen a greater number.
///
/// |`error::claim_damaged`
/// |A file in `PATH.filelock/claims` of a `strict_soft_file_lock` is no valid claim or cannot be
/// read. `what()` names it, and `strict_soft_file_lock::claims` lists it.
///
/// |`error::hard_links_not_supported`
/// |A `strict_soft_file_lock` is on a file system without hard links.
///
/// |`error::closed`
/// |The lock object was closed.
///
/// |another error of the operating system
/// |`errc::too_many_files_open`, `errc::no_lock_available`, `errc::filename_too_long`,
/// `errc::io_error`, ...
/// |===
///
/// Thread safety:: An object may be used by one thread at a time, a constant object by several.
class BOOST_SYMBOL_VISIBLE lock_error : public system::system_error
{
public:
    /// @name Construction

    /// Constructs an exception, for authors of lock types of their own.
    ///
    /// Parameters:: `ec`: the error. `path`: the path of the lock. `holder`: the holder, if another
    ///   hold is the reason of the error and it is known. `claim`: the name of the file among the
    ///   claims of the lock that is the reason of the error, or empty.
    /// Throws:: `std::bad_alloc`.
    BOOST_FILELOCK_DECL lock_error(system::error_code const& ec, filesystem::path const& path,
                                   std::optional<owner_record> const& holder = {},
                                   std::string const& claim = {});

    /// @name Observers

    /// Returns the path of the lock, as it was given to the lock's constructor. For a lock on a
    /// descriptor it is a text such as "descriptor 5".
    filesystem::path const& path() const noexcept { return about_->path; }

    /// Returns the holder of the lock at the end of the wait, where its hold is the reason of the
    /// error (`errc::timed_out`, `errc::operation_canceled`, `errc::resource_deadlock_would_occur`)
    /// and it is known. With `errc::resource_deadlock_would_occur` it may be this process.
    std::optional<owner_record> const& holder() const noexcept { return about_->holder; }

    /// Returns the name of the file among the claims of a `strict_soft_file_lock` that is damaged
    /// or cannot be removed, if that is the reason of the error; otherwise an empty text.
    std::string const& claim() const noexcept { return about_->claim; }

private:
    struct about
    {
        filesystem::path path;
        std::optional<owner_record> holder;
        std::string claim;
    };
    std::shared_ptr<about const> about_; // shared, because copying an exception must not throw
};

} // namespace filelock

namespace system {

template <>
struct is_error_code_enum<filelock::error> : std::true_type
{};

} // namespace system
} // namespace boost

#endif
