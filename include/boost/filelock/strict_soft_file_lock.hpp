// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_STRICT_SOFT_FILE_LOCK_HPP
#define BOOST_FILELOCK_STRICT_SOFT_FILE_LOCK_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/exclusive_names.hpp>
#include <boost/filelock/detail/foreign_path.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/owner_record.hpp>

#include <string>
#include <vector>

namespace boost {
namespace filelock {

/// The kind of a file among the claims of a `strict_soft_file_lock`.
enum class claim_state
{
    /// The claim of a contender, or of a holder that has a held claim as well.
    intent,

    /// The claim of a holder, or of a contender that is about to acquire the lock or to withdraw.
    held,

    /// Something else, an incomplete claim, one that cannot be read, or one of a later version. As
    /// long as it is there, nothing is acquired.
    damaged
};

/// A file among the claims of a `strict_soft_file_lock`. An aggregate. A report of one moment.
struct strict_claim
{
    /// The name of the file, without a directory. `force_break` takes it.
    std::string name;

    /// The kind of the file.
    claim_state state = claim_state::damaged;

    /// The owner. Its members are empty where the claim is damaged. Its `token` is part of the
    /// name, and the same in both claims of one hold.
    owner_record owner;
};

/// A lock of two claims, which are files in the directory `PATH.filelock/claims`. It never guesses:
/// a claim is never removed because its owner seems to be dead or its file is old. So no two
/// processes hold the lock, whatever the clocks and the pauses of hosts, as long as the storage
/// creates links atomically and lists every file that exists during the whole listing. For shared
/// storage where a second holder does more harm than a lock that an operator has to free.
///
/// The lock excludes this library's `strict_soft_file_lock` and Python filelock's
/// `StrictSoftFileLock` on the same path. A file stays at the path for good, which makes a
/// `soft_file_lock` and Python's `SoftFileLock` wait. See <<claims,Claims>>.
///
/// After a crash of a holder the lock stays held *until an operator frees it*: `claims` lists the
/// claims with their owners, and `force_break` removes one of them. The operator must know that the
/// owner is dead, or has lost its access to the data. See <<recover,Free a strict lock after a
/// crash>>.
///
/// Models:: TimedLockable of Boost.Thread and the standard. Recursive.
/// Files:: At the path a file of 24 bytes, which stays. In the directory `PATH.filelock/claims`,
///   which stays, two files while the lock is held, and one or two for moments while it is
///   requested. Files with `.private-v1-` in their names exist for moments. A process that requests
///   the lock removes those that a crash has left among the claims, when they are two seconds old.
///   A crash while the file at the path is made may leave one beside it for good.
/// Permissions:: A process needs to write the directory of the claims and to read the claims of all
///   others. Directories that exist are used whatever their owner.
/// Resources:: An object that is held has one descriptor, that of the directory of the claims.
/// Other files:: Something else at the path that is no marker stays as it is and causes
///   `error::not_a_lock_file`, as does something else than a directory at `PATH.filelock` or
///   `PATH.filelock/claims`. The marker of a `soft_file_lock` at the path is waited for, even if
///   its owner is dead. A file among the claims that is none causes `error::claim_damaged`. Files
///   whose names begin with a dot are ignored, unless they have the form of a file of this lock.
/// Other lock types:: A path belongs to one lock type. A `soft_file_lock` and a `soft_file_lease`
///   wait for the file at the path, and never evict it. A `file_lock` can lock that file, and is
///   not excluded.
/// Collisions:: Two attempts at the same moment may both fail, so `try_lock` may return false
///   although no owner gets the lock. It takes up to 50 ms then. Waits try again after a random
///   pause of up to 50 ms.
/// Network storage:: The storage must have hard links. No kernel lock is used. See
///   <<strict_storage,Requirements of a strict lock>>.
/// Crash:: The claims stay, and keep the others out until `force_break` has removed them.
/// Fork:: A forked child owns nothing and may request the lock itself. The parent's claims are not
///   affected.
/// Exec:: The claims stay. No object of the new program owns them.
/// Throws of Exclusive::
///   * `error::claim_damaged` if a file among the claims is damaged; `what()` names it;
///   * `error::hard_links_not_supported` if the file system has none;
///   * `error::not_a_lock_file`, `error::host_without_name`, `errc::permission_denied`,
///     `errc::read_only_file_system`, `errc::no_such_file_or_directory`,
///     `errc::filename_too_long` or another error of the operating system, if a claim cannot be
///     made or removed. See <<codes,the table of codes>>.
/// System calls of Exclusive:: 49 for the first level if there are no claims, 65 on network
///   storage with one `fdatasync`; none for a further level. The first acquisition of the path
///   makes some 85, with one `fdatasync` more. An attempt that finds the two claims of a holder
///   makes 29, or 34 on network storage.
/// System calls of Release:: 3 for the last level; none for another level.
/// System calls of Observers:: `still_held` makes 14, or 19 on network storage; `holder` and
///   `holders` some 60 while the lock is held, and 22 while it is free; the others none.
/// System calls of Claims:: `claims` makes 16, and some 30 for each claim, more if its process is
///   not found; `force_break` 17, and 6 for each claim.
/// Crash, fork, cancellation of Exclusive:: A process that ends in the call leaves nothing, or its
///   claims, which keep the others out until `force_break` has removed them; a forked child owns
///   nothing; a call that fails, times out or is cancelled changes no level.
/// Crash, fork, cancellation of Release:: If the process ends first, its claims stay. A claim that
///   cannot be removed keeps the others out; the next acquisition and the destructor try again. It
///   is no error if `force_break` has removed the claims. In a forked child each level of the
///   parent can be dropped once, without effect or error. A release cannot be cancelled.
class BOOST_FILELOCK_DECL strict_soft_file_lock : public detail::exclusive_names
{
public:
    /// @name Types

    /// The type of the constructor's second argument.
    using options_type = strict_soft_file_lock_options;

    /// @name Construction

    /// Constructs a lock for a path. Touches no file.
    ///
    /// Parameters:: `path`: the path of the lock, anything that converts to
    ///   `boost::filesystem::path`, or a `std::filesystem::path`. A relative path refers to the
    ///   working directory of this moment.
    ///
    /// `options`: copied. See `strict_soft_file_lock_options`.
    /// Throws:: `std::invalid_argument` if `path` is empty or contains a NUL, or if an option is
    ///   out of range. `filesystem_error` if `path` is relative and the working directory no longer
    ///   exists.
    /// System calls:: None for an absolute path; a relative path needs the working directory.
    /// Thread safety:: Any thread may call it.
    /// Crash, fork, cancellation:: No effect on files. In a forked child the object owns nothing.
    explicit strict_soft_file_lock(filesystem::path const& path,
                                   strict_soft_file_lock_options const& options = {});
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit strict_soft_file_lock(Path const& path,
                                   strict_soft_file_lock_options const& options = {})
        : strict_soft_file_lock(filesystem::path(path.native()), options)
    {}

    /// @name Claims

    /// Returns the claims of all processes, sorted by name, and the damaged files among them. None
    /// if the lock was never used.
    ///
    /// Parameters:: `ec`: the error, with the codes below; cleared if there is none.
    /// Throws:: Without `ec`, `lock_error` with `error::not_a_lock_file`, `errc::permission_denied`
    ///   or another error of the operating system, if the directory cannot be read.
    /// Crash, fork, cancellation:: No effect.
    std::vector<strict_claim> claims() const;
    std::vector<strict_claim> claims(system::error_code& ec) const;

    /// Removes one claim, whichever process owns it, or a damaged file. A hold has two claims, and
    /// the lock is free when both are gone. If the owner lives, it is not notified, and another
    /// process can acquire the lock beside it; its `still_held` reports the removal.
    ///
    /// Parameters:: `name`: the name of a file that `claims` returns. `ec`: the error, with the
    ///   codes below; cleared if there is none.
    /// Throws:: Without `ec`, `lock_error` with:
    ///   * `errc::no_such_file_or_directory` if `claims` does not return the name;
    ///   * another error of the operating system.
    /// Crash, fork, cancellation:: A process that ends in the call has removed the claim, or not. A
    ///   forked child may call it, on a claim of its parent too. Cannot be cancelled.
    void force_break(std::string const& name);
    void force_break(std::string const& name, system::error_code& ec);

private:
    strict_soft_file_lock(filesystem::path const& path,
                          strict_soft_file_lock_options const& options,
                          filesystem::path const& absolute);

    filesystem::path absolute_;
};

} // namespace filelock
} // namespace boost

#endif
