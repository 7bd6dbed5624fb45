// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_INSPECTION_KERNEL_HPP
#define BOOST_FILELOCK_TOOL_INSPECTION_KERNEL_HPP

#include "../../src/platform/kernel_lock.hpp"

#include <boost/filesystem/path.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <sys/stat.h>

// The locks that the kernel lists in /proc/locks and in /proc/PID/fdinfo.

namespace filelock_tool {

/// A lock, or a request for one that waits. The kernel writes, for example:
///
///     1: FLOCK  ADVISORY  WRITE 4711 fe:00:10952705 0 EOF
///     1: -> FLOCK  ADVISORY  WRITE 4712 fe:00:10952705 0 EOF
///
struct kernel_lock_entry
{
    std::int64_t number = 0; ///< of the line; a request has that of the lock which is in its way
    bool is_waiting = false; ///< a request
    std::string type;        ///< FLOCK, POSIX, OFDLCK
    bool is_shared = false;  ///< READ
    std::int64_t pid = 0;    ///< the process that made the call; -1 for OFDLCK
    std::string file;        ///< device and inode, as the kernel writes them
    boost::filelock::detail::byte_range bytes{0, 0};

    /// Returns whether the two lines can be about one lock. `pid` does not count: it is that of the
    /// caller, which may have left the lock to a child.
    bool is_same_lock(kernel_lock_entry const& other) const noexcept
    {
        return type == other.type && is_shared == other.is_shared && file == other.file &&
               bytes.first == other.bytes.first && bytes.length == other.bytes.length;
    }
};

/// Returns the locks that the kernel lists, in its order, without those of other purposes (leases).
std::vector<kernel_lock_entry> listed_kernel_locks();

/// A descriptor of a process, with a lock on its open file.
struct locked_descriptor
{
    kernel_lock_entry lock;
    std::int64_t pid = 0;
    std::string number; ///< of the descriptor
};

/// Returns the locks of the processes that this process may look at. `of`: only of this one.
std::vector<locked_descriptor> locked_descriptors(std::optional<std::int64_t> of = std::nullopt);

/// Returns the file of a descriptor as the kernel names it in the list, from the descriptor's text
/// in fdinfo and the list of mounts of its process. Empty where they do not say (before
/// Linux 5.14).
std::string listed_name(std::string_view fdinfo, std::string_view mountinfo);

/// The locks on files at one moment.
class kernel_locks
{
public:
    kernel_locks();

    /// Returns the locks on the file, without requests. `facts`: of the path, by lstat. Does not
    /// open the file itself.
    std::vector<kernel_lock_entry> on(boost::filesystem::path const& path,
                                      struct ::stat const& facts);

    /// Returns the processes that have the lock. None if this process sees none of them.
    std::vector<std::int64_t> holders_of(kernel_lock_entry const& lock);

private:
    std::string name_of(boost::filesystem::path const& path);

    std::multimap<std::string, kernel_lock_entry> by_file_;
    std::unordered_set<std::uint64_t> inodes_;
    std::optional<std::string> mounts_;
    std::optional<std::vector<locked_descriptor>> descriptors_;
};

} // namespace filelock_tool

#endif
