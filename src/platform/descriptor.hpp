// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_DESCRIPTOR_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_DESCRIPTOR_HPP

#include <boost/filesystem/file_status.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>

#include <atomic>
#include <cstdint>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

enum class access
{
    read,
    read_write
};

/// The number of one open descriptor, or -1. In storage of the registry of all descriptors: the
/// object that uses it may be on the stack of a thread that a forked child does not have.
struct descriptor_slot
{
    std::atomic<int> fd{-1};
    descriptor_slot* next_free = nullptr;
};

/// The descriptor of a lock file. A forked child closes its copy, and finds this empty, before
/// `fork` returns there: a child that lives on must not keep the lock of a parent that died.
class descriptor
{
public:
    descriptor() = default;
    descriptor(descriptor const&) = delete;
    descriptor& operator=(descriptor const&) = delete;
    ~descriptor() { close(); }

    /// Opens the lock file for reading and writing and makes it where it is missing, with exactly
    /// these permissions or with what the umask leaves of 0666. Follows no link in the last
    /// component, never blocks. Closes what was open before. Where it must not be written, a file
    /// that exists is opened for reading if that will do.
    system::error_code open_lock_file(filesystem::path const& path,
                                      std::optional<filesystem::perms> permissions, access least);

    /// A file without a name on the directory's file system, for reading and writing. It goes with
    /// its last descriptor where it is given no name.
    system::error_code open_unnamed(filesystem::path const& directory,
                                    std::optional<filesystem::perms> permissions);

    /// Makes the file, for reading and writing; `file_exists` where the path names anything.
    system::error_code create(filesystem::path const& path,
                              std::optional<filesystem::perms> permissions);

    /// Opens what exists, for reading. Follows no link in the last component, never blocks.
    system::error_code open_existing(filesystem::path const& path);

    /// A directory, for what is done to the names in it. Follows no link in the last component.
    system::error_code open_directory(filesystem::path const& path);

    /// Takes over what was opened otherwise, if anything was, in place of what is open, or closes
    /// it where there is no memory. For a caller that keeps forks away meanwhile.
    void adopt(int fd) noexcept;

    void close() noexcept;

    /// Whether the process has forked since it was opened.
    bool may_have_copies() const noexcept;

    bool is_open() const noexcept { return native() != -1; }
    int native() const noexcept { return slot_ ? slot_->fd.load(std::memory_order_relaxed) : -1; }

private:
    template <class Open>
    system::error_code open_with(Open open);
    bool prepare() noexcept;
    bool publish_empty(filesystem::path const& path, filesystem::perms permissions);

    descriptor_slot* slot_ = nullptr; // the registry's, from the opening to the close
    std::uint64_t opened_at_ = 0;     // the count of forks
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
