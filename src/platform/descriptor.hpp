// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_DESCRIPTOR_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_DESCRIPTOR_HPP

#include "anchored_path.hpp"
#include "file_identity.hpp"

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

/// The number of one open descriptor, or -1. The registry of all descriptors stores it, because the
/// object that uses it may be on the stack of a thread that a forked child does not have.
struct descriptor_slot
{
    // At least 0: the descriptor is in use. -1: there is none. Less: an idle descriptor, as
    // `idle_number` of it. The thread that changes this value may close it.
    std::atomic<int> fd{-1};

    // What tells the descriptor, while it is idle, from another one that the program has opened
    // under the same number: the file, or a tag, which is the offset of the descriptor.
    file_identity known_by;

    // No device has this number. The other member is the tag.
    static constexpr std::uint64_t tagged = ~std::uint64_t(0);

    bool has_tag() const noexcept { return known_by.device == tagged; }
    std::int64_t tag() const noexcept { return static_cast<std::int64_t>(known_by.inode); }
    void set_tag(std::int64_t tag) noexcept
    {
        known_by = {tagged, static_cast<std::uint64_t>(tag)};
    }

    descriptor_slot* next_free = nullptr;
};

/// The descriptor of a lock file. A forked child closes its copy, and finds this object empty,
/// before `fork` returns there: a child that lives on must not keep the lock of a parent that died.
class descriptor
{
public:
    descriptor() = default;
    descriptor(descriptor const&) = delete;
    descriptor& operator=(descriptor const&) = delete;
    ~descriptor() { close(); }

    /// Opens the lock file for reading and writing. Creates it if it is missing, with exactly these
    /// permissions or with 0666 less the umask. If an existing file must not be written and `least`
    /// is `access::read`, opens it for reading only. Closes what was open before. Follows no link
    /// in the last component, and never blocks.
    system::error_code open_lock_file(filesystem::path const& path,
                                      std::optional<filesystem::perms> permissions, access least);

    /// Opens a file without a name on the directory's file system, for reading and writing. The
    /// file ends with its last descriptor, unless it is given a name.
    system::error_code open_unnamed(path_ref directory,
                                    std::optional<filesystem::perms> permissions);

    /// Creates the file and opens it for reading and writing. Fails with `file_exists` if the path
    /// names anything.
    system::error_code create(path_ref path, std::optional<filesystem::perms> permissions);

    /// Opens an existing file for reading. Follows no link in the last component, and never blocks.
    system::error_code open_existing(path_ref path);

    /// Opens a directory, for operations on the names in it. Follows no link in the last component.
    system::error_code open_directory(path_ref path);

    /// Closes what is open and takes ownership of `fd`, if that is not -1. Closes `fd` if there is
    /// no memory. The caller must keep forks away.
    void adopt(int fd) noexcept;

    void close() noexcept;

    // An idle descriptor stays open until `resume`, but the process may close it before, when it
    // needs descriptors or is told to. The program may close it as well, as closefrom(3) does, and
    // use its number for another file. That file is neither closed nor used.

    /// Makes the descriptor idle, and gives it a tag by which `resume` knows it. The tag is the
    /// file offset, which nothing else uses. Returns false if that fails.
    bool make_idle() noexcept
    {
        if (!slot_->has_tag() && !set_tag())
            return false;
        slot_->fd.store(idle_number(native()));
        return true;
    }
    /// Makes the descriptor idle. `resume` knows it by the file that it has open.
    void make_idle(file_identity const& file) noexcept
    {
        slot_->known_by = file;
        slot_->fd.store(idle_number(native()));
    }
    /// Ends that. Returns false if the descriptor was closed, or was not idle. It is not open then.
    bool resume() noexcept;

    /// Does the same without a system call, and so does not notice that the program has closed the
    /// descriptor.
    bool resume_unchecked() noexcept
    {
        int fd = slot_ ? slot_->fd.load(std::memory_order_relaxed) : -1;
        return fd < -1 && slot_->fd.compare_exchange_strong(fd, idle_number(fd));
    }

    /// Returns whether the process has forked since the file was opened.
    bool may_have_copies() const noexcept;

    /// Returns false for an idle descriptor, and `native` -1.
    bool is_open() const noexcept { return native() != -1; }
    int native() const noexcept
    {
        int const fd = slot_ ? slot_->fd.load(std::memory_order_relaxed) : -1;
        return fd >= 0 ? fd : -1;
    }

    /// Converts the number of a descriptor to that of an idle one, and back.
    static constexpr int idle_number(int fd) noexcept { return -2 - fd; }

private:
    template <class Open>
    system::error_code open_with(Open open);
    bool prepare() noexcept;
    bool set_tag() noexcept;
    bool publish_empty(filesystem::path const& path, filesystem::perms permissions);

    descriptor_slot* slot_ = nullptr; // the registry's, while the descriptor is open
    std::uint64_t opened_at_ = 0;     // the count of forks when it was opened
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
