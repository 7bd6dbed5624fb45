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
/// system's own code, `errc::operation_not_permitted` or `errc::resource_deadlock_would_occur`.
enum class error
{
    /// The path names a file that is not regular (a symbolic link, FIFO, socket or device), or,
    /// where a marker belongs, a file that is no marker. The library neither followed nor changed
    /// it. Compares equal to `errc::invalid_argument`.
    not_a_lock_file = 1,

    /// The file system has no kernel locks of this kind, or they are known to exclude only
    /// processes of the same host. A soft lock can be used there. Compares equal to
    /// `errc::not_supported`.
    kernel_lock_not_supported,

    /// `kernel_lock::both` was used on network storage, where one kind of kernel lock is
    /// implemented by the other. Compares equal to `errc::not_supported`.
    both_not_supported,

    /// A callback of an asynchronous operation threw an exception that has no error code.
    callback_failed,

    /// The name of this host is empty, so that a marker could not name its owner.
    host_without_name,

    /// The hold that was to be converted is no longer valid: the path names another file, or a file
    /// server has forgotten the lock.
    hold_lost,

    /// The lock object was closed.
    closed,

    /// The system has no open-file-description locks (`F_OFD_SETLK`), which the soft lock types
    /// need on local storage. With `storage::network` they do not need them. Compares equal to
    /// `errc::not_supported`.
    witness_not_supported,
};

/// Returns the category of `error`. Its name is "boost.filelock".
BOOST_FILELOCK_DECL system::error_category const& error_category() noexcept;

inline system::error_code make_error_code(error e) noexcept
{
    return {static_cast<int>(e), error_category()};
}

/// The exception of the throwing members. `what()` names the path. It also names the holder where
/// another hold is the reason of the error and the holder is known. Copying does not throw.
class BOOST_SYMBOL_VISIBLE lock_error : public system::system_error
{
public:
    BOOST_FILELOCK_DECL lock_error(system::error_code const& ec, filesystem::path const& path,
                                   std::optional<owner_record> const& holder = {});

    /// Returns the path of the lock, as given to the lock's constructor.
    filesystem::path const& path() const noexcept { return about_->path; }

    /// Returns the holder of the lock at the end of the wait, where its hold is the reason of the
    /// error and it is known.
    std::optional<owner_record> const& holder() const noexcept { return about_->holder; }

private:
    struct about
    {
        filesystem::path path;
        std::optional<owner_record> holder;
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
