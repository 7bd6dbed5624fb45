// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_STORAGE_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_STORAGE_HPP

#include "descriptor.hpp"

#include <boost/filelock/lock_options.hpp>

#include <boost/system/error_code.hpp>

#include <cstdint>

namespace boost {
namespace filelock {
namespace detail {

/// Reports whether the file is on a file system that is known to be used by only one machine.
system::error_code is_on_local_storage(descriptor const& file, bool& is_local) noexcept;

/// Returns whether the rules for local storage apply to the file. Returns false where the storage
/// cannot be detected.
inline bool has_local_rules(storage where, descriptor const& file) noexcept
{
    bool is_local = where == storage::local;
    if (where == storage::detect && is_on_local_storage(file, is_local))
        return false;
    return is_local;
}

/// Returns whether the file is known not to be the root of a mount, as a single file that is
/// mounted in a container is. Such a file is in another directory elsewhere.
bool is_known_not_to_be_mounted(descriptor const& file) noexcept;

/// Determines whether files are on local storage, and remembers the result for the last mount: all
/// files of a mount are on one file system as long as it exists.
class mount_storage
{
public:
    /// Returns whether the rules for local storage apply to the file. `mount`: the number of its
    /// mount, from `facts_of`, or 0. Returns false where the storage cannot be detected.
    bool is_local(storage where, descriptor const& file, std::uint64_t mount) noexcept
    {
        if (where != storage::detect || mount == 0)
            return has_local_rules(where, file);
        if (mount != mount_) {
            bool const failed = bool(is_on_local_storage(file, is_local_));
            mount_ = failed ? 0 : mount;
            is_local_ = is_local_ && !failed;
        }
        return is_local_;
    }

private:
    std::uint64_t mount_ = 0; // 0: none is known
    bool is_local_ = false;
};

/// Returns whether kernel locks of this kind, `flock` or `record`, on the file are known to exclude
/// processes of other hosts unreliably or not at all. Returns false where that is not known.
bool is_host_local_lock(descriptor const& file, kernel_lock kind);

/// Returns whether a read under a kernel lock may return what the file contained before it was
/// locked. Network file systems of the kernel read a file anew once it is locked. FUSE file systems
/// need not: GlusterFS reads from a copy for a second.
bool may_read_from_copy(native_handle_type file) noexcept;

/// Returns whether the file system refuses an open file a lock that the file already has, as if
/// another file had it. Locking again then does not show whether the lock is still held.
bool refuses_held_lock(descriptor const& file) noexcept;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
