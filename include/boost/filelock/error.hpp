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

/// What can go wrong that no generic condition names.
/// Everything else is the operating system's own code, or `errc::operation_not_permitted` or
/// `errc::resource_deadlock_would_occur`.
enum class error
{
    /// The path names something that is no regular file (a symbolic link, FIFO, socket or device),
    /// or, where a marker belongs, somebody's data. It was neither followed nor changed. Compares
    /// equal to `errc::invalid_argument`.
    not_a_lock_file = 1,

    /// The file system has no kernel locks of the kind, or they are known to exclude only processes
    /// of the same host: use a soft lock there. Compares equal to `errc::not_supported`.
    kernel_lock_not_supported,

    /// `kernel_lock::both` on network storage, where one kind of kernel lock is made of the other.
    /// Compares equal to `errc::not_supported`.
    both_not_supported,

    /// A callback of an asynchronous operation has thrown something that has no error code.
    callback_failed,

    /// The name of this host is empty: a marker could not name its owner.
    host_without_name,

    /// What was to be converted is worth nothing any more: the path names another file by now, or
    /// a file server has forgotten the lock.
    hold_lost,

    /// The lock object was closed.
    closed,

    /// The system has no open-file-description locks (`F_OFD_SETLK`), which the soft kinds of lock
    /// use on local storage. With `storage::network` they do without. Compares equal to
    /// `errc::not_supported`.
    witness_not_supported,
};

/// The category of `error`; its name is "boost.filelock".
BOOST_FILELOCK_DECL system::error_category const& error_category() noexcept;

inline system::error_code make_error_code(error e) noexcept
{
    return {static_cast<int>(e), error_category()};
}

/// What the throwing members throw. `what()` names the path and, where somebody's hold is the
/// reason and he is known, the holder.
class BOOST_SYMBOL_VISIBLE lock_error : public system::system_error
{
public:
    BOOST_FILELOCK_DECL lock_error(system::error_code const& ec, filesystem::path const& path,
                                   std::optional<owner_record> const& holder = {});

    /// The path of the lock, as it was given to the lock's constructor.
    filesystem::path const& path() const noexcept { return about_->path; }

    /// Who held the lock when the wait for it ended, where that is the reason and is known.
    std::optional<owner_record> const& holder() const noexcept { return about_->holder; }

private:
    struct about
    {
        filesystem::path path;
        std::optional<owner_record> holder;
    };
    std::shared_ptr<about const> about_; // copying an exception must not throw
};

} // namespace filelock

namespace system {

template <>
struct is_error_code_enum<filelock::error> : std::true_type
{};

} // namespace system
} // namespace boost

#endif
