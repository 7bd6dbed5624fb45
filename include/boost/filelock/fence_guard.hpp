// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_FENCE_GUARD_HPP
#define BOOST_FILELOCK_FENCE_GUARD_HPP

#include <boost/filelock/config.hpp>
#include <boost/filelock/detail/foreign_path.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/file_lock.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <mutex>
#include <utility>

namespace boost {
namespace filelock {

/// Protects a resource from holders of a lock that have lost it: remembers the highest fence number
/// that was admitted, in a file, and refuses lower ones. See `soft_file_lease::fence` and
/// <<fencing,The data after a loss>>.
///
/// Every writer of the resource has a guard of the same file, and writes in `run` with the number
/// of its hold. `run` keeps a kernel lock on the file meanwhile, so that no write of a superseded
/// holder follows one of its successor. `admit` alone does not prevent that. A writer without
/// a guard is not refused.
///
/// The first number that is admitted may be any. *If the directory of the fence numbers is removed,
/// they begin at 1 again, and the guard refuses them* until its file is removed as well.
///
/// Files:: The file at the path, which stays. It contains the number as 20 decimal digits and a
///   newline, or nothing before the first number. A `file_lock` on the file excludes the guards.
/// Other files:: A file with other content stays as it is and causes `error::not_a_lock_file`.
///   Locking opens it, and creates it if it is missing. Missing parent directories are not created.
/// Crash:: The file has the former number or the new one: the number is written by one call, in
///   place, within the first sector of the file. The kernel releases the lock.
/// Fork:: A forked child does not have the parent's lock, and may use the object. It must not
///   continue the function that `run` was calling.
/// Exec:: The new program does not have the lock.
/// Throws of Numbers::
///   * `errc::resource_deadlock_would_occur` if the calling thread is in the `run` of another
///     object for the same file;
///   * `error::not_a_lock_file` if the file has other content or is not regular;
///   * `error::kernel_lock_not_supported`, `errc::is_a_directory`, `errc::permission_denied`,
///     `errc::read_only_file_system`, `errc::no_such_file_or_directory` or another error of the
///     operating system, if the file cannot be made, opened, locked, read or written. After an
///     error of the write, the file may have the new number.
/// Thread safety of Numbers:: Any thread may call it. Threads that share an object exclude each
///   other as processes do.
class BOOST_FILELOCK_DECL fence_guard
{
public:
    /// @name Construction

    /// Constructs a guard for a path. Touches no file.
    ///
    /// Parameters:: `path`: the path of the file with the number, anything that converts to
    ///   `boost::filesystem::path`, or a `std::filesystem::path`. A relative path refers to the
    ///   working directory of this moment.
    /// Throws:: `std::invalid_argument` if `path` is empty or contains a NUL. `filesystem_error` if
    ///   `path` is relative and the working directory no longer exists.
    /// System calls:: None for an absolute path; a relative path needs the working directory.
    /// Thread safety:: Any thread may call it.
    /// Crash, fork, cancellation:: No effect on files.
    explicit fence_guard(filesystem::path const& path);
    template <class Path, detail::if_foreign_path<Path> = 0>
    explicit fence_guard(Path const& path) : fence_guard(filesystem::path(path.native()))
    {}

    fence_guard(fence_guard const&) = delete;
    fence_guard& operator=(fence_guard const&) = delete;

    /// @name Numbers

    /// Admits the number if no higher one was admitted, and remembers it. It is on the disk when
    /// the call returns. Waits while a `run` is in progress, by any process.
    ///
    /// Another holder can be admitted as soon as the call returns. `run` prevents that during a
    /// write.
    ///
    /// Parameters:: `number`: the fence number of the caller's hold, greater than 0.
    ///
    /// `ec`: the error, with the codes below; cleared if there is none.
    /// Throws:: Without `ec`, `lock_error` with:
    ///   * `error::fence_passed` if a higher number was admitted;
    ///   * `errc::invalid_argument` if `number` is 0;
    /// System calls:: 12 with one `fdatasync`; for the first number 14, with one `fsync` of the
    ///   directory.
    /// Crash, fork, cancellation:: A process that ends in the call has admitted the number or not;
    ///   the file has the number of before or this one. Cannot be cancelled.
    void admit(std::uint64_t number);
    void admit(std::uint64_t number, system::error_code& ec);

    /// Admits the number as `admit` does, and calls `f` before another guard admits any number.
    /// `f` can call members of this object. All other guards of the file wait for `f`, of whatever
    /// number, even if the holder is stopped in `f`: it should do no more than write.
    ///
    /// Parameters:: `number`: the fence number of the caller's hold, greater than 0.
    ///
    /// `f`: a function without parameters. It is called once, or not at all if the number is not
    /// admitted.
    /// Returns:: What `f` returns, a reference included.
    /// Throws:: The exceptions of `f`; the number stays admitted then. `lock_error` with:
    ///   * `error::fence_passed` if a higher number was admitted;
    ///   * `errc::invalid_argument` if `number` is 0;
    /// System calls:: Those of `admit`.
    /// Crash, fork, cancellation:: A process that ends before `f` has admitted the number or not;
    ///   after that the number stays admitted. A forked child must not continue `f`. Cannot be
    ///   cancelled, except in `f`.
    template <class F>
    decltype(auto) run(std::uint64_t number, F&& f)
    {
        auto const admitted = enter(number);
        return std::forward<F>(f)();
    }

    /// Returns the highest number that was admitted, which the file contains: 0 if there is no
    /// file, or nothing in it. Waits while a `run` is in progress, unless `f` of that `run` calls
    /// it. Permission to read the file is enough.
    ///
    /// Parameters:: `ec`: the error, with the codes below; cleared if there is none.
    /// Returns:: The number; 0 with an error.
    /// Throws:: Without `ec`, `lock_error` with:
    /// System calls:: 11, or 1 if there is no file.
    /// Crash, fork, cancellation:: No effect. Cannot be cancelled.
    std::uint64_t highest() const;
    std::uint64_t highest(system::error_code& ec) const;

    /// @name Observers

    /// Returns the path, as it was given to the constructor.
    ///
    /// System calls:: None.
    /// Thread safety:: Any thread may call it.
    /// Crash, fork, cancellation:: No effect.
    filesystem::path const& path() const noexcept { return lock_.path(); }

private:
    std::unique_lock<file_lock> enter(std::uint64_t number);
    std::unique_lock<file_lock> enter(std::uint64_t number, system::error_code& ec);
    [[noreturn]] void fail(system::error_code const& ec) const;

    filesystem::path const absolute_;
    native_handle_type file_ = {}; // of the lock; valid while this object holds it
    mutable file_lock lock_;
};

} // namespace filelock
} // namespace boost

#endif
