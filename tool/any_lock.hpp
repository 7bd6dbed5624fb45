// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_ANY_LOCK_HPP
#define BOOST_FILELOCK_TOOL_ANY_LOCK_HPP

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/lock_options.hpp>
#include <boost/filelock/owner_record.hpp>

#include <boost/filesystem/file_status.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

// The six lock types behind one interface, for commands that take `--kind`.

namespace filelock_tool {

enum class lock_kind
{
    file_lock,
    read_write_lock,
    soft_file_lock,
    strict_soft_file_lock,
    soft_file_lease,
    soft_read_write_lock
};

inline constexpr std::array<lock_kind, 6> all_kinds{
    lock_kind::file_lock,       lock_kind::read_write_lock,
    lock_kind::soft_file_lock,  lock_kind::strict_soft_file_lock,
    lock_kind::soft_file_lease, lock_kind::soft_read_write_lock,
};

/// Returns the name of the type.
char const* name_of(lock_kind kind) noexcept;

/// Returns the kind of this name. Throws `usage_error` if there is none.
lock_kind kind_of(std::string const& name);

/// Returns whether the kernel keeps the lock, so that it lasts as long as an open descriptor.
bool is_kernel_kind(lock_kind kind) noexcept;

/// Returns whether there are shared holds.
bool has_shared_mode(lock_kind kind) noexcept;

/// A lock's kind and those of its options that a command sets. An empty one keeps the default of
/// the lock type.
struct lock_choice
{
    lock_kind kind = lock_kind::file_lock;
    boost::filesystem::path path;
    bool is_shared = false;
    std::optional<std::chrono::nanoseconds> poll_interval = {}, lifetime = {}, duration = {},
                                            heartbeat_interval = {}, stale_threshold = {},
                                            settle = {};
    std::optional<boost::filesystem::perms> permissions = {};
    bool create_directories = true; ///< missing parents of the path
    boost::filelock::storage where = boost::filelock::storage::detect;
    boost::filelock::kernel_lock backend = boost::filelock::kernel_lock::flock;
    /// Called with the descriptor of an acquired `file_lock`.
    std::function<void(int)> on_acquired = {};
    /// Called when a hold of a kind with heartbeats is lost, from another thread.
    std::function<void()> on_loss = {};
};

class any_lock
{
public:
    any_lock() = default;
    any_lock(any_lock const&) = delete;
    any_lock& operator=(any_lock const&) = delete;
    virtual ~any_lock() = default;

    /// Acquires the lock in the chosen mode. Returns whether it is held now; if not, `ec` says why.
    virtual bool acquire(boost::filelock::acquire_options const& how,
                         boost::system::error_code& ec) = 0;
    virtual void release(boost::system::error_code& ec) = 0;
    virtual bool still_held(boost::system::error_code& ec) = 0;
    virtual std::optional<boost::filelock::owner_record> holder() const = 0;

    /// Returns the fence number of the hold. Only for a `soft_file_lease`.
    virtual std::uint64_t fence(boost::system::error_code& ec) = 0;
};

/// Constructs a lock of the chosen kind, owned by the instance. Throws `usage_error` if the options
/// do not go together, and what the constructor throws.
std::unique_ptr<any_lock> make_lock(lock_choice const& choice);

} // namespace filelock_tool

#endif
