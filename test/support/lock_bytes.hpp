// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_LOCK_BYTES_HPP
#define BOOST_FILELOCK_TEST_PROCESS_LOCK_BYTES_HPP

#include "patience.hpp"

#include <boost/filesystem/path.hpp>

#include <cerrno>
#include <stdexcept>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

// Which of the bytes that SQLite locks are locked, observed without the library.

namespace filelock_test {

struct lock_bytes
{
    long long first;
    long long length;
};

inline constexpr lock_bytes pending_byte{0x40000000, 1};
inline constexpr lock_bytes reserved_byte{0x40000001, 1};
inline constexpr lock_bytes shared_bytes{0x40000002, 510};
inline constexpr lock_bytes all_bytes{0x40000000, 512};

/// Opens the file again, so that it also sees the locks of its own process. An observation opens
/// nothing for writing. When this closes the file, watchers of the file are notified.
class byte_viewer
{
public:
    explicit byte_viewer(boost::filesystem::path const& path)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC))
    {
        if (fd_ == -1)
            throw std::system_error(errno, std::generic_category(), "open");
    }
    byte_viewer(byte_viewer const&) = delete;
    byte_viewer& operator=(byte_viewer const&) = delete;
    ~byte_viewer() { ::close(fd_); }

    /// Returns whether any process has a lock of any kind on these bytes.
    bool is_locked(lock_bytes bytes) const
    {
        struct ::flock r = {};
        r.l_type = F_WRLCK;
        r.l_whence = SEEK_SET;
        r.l_start = static_cast<off_t>(bytes.first);
        r.l_len = static_cast<off_t>(bytes.length);
        if (::fcntl(fd_, F_OFD_GETLK, &r) != 0)
            throw std::system_error(errno, std::generic_category(), "fcntl");
        return r.l_type != F_UNLCK;
    }

    /// Waits until the bytes are locked. Throws after `patience`.
    void wait_until_locked(lock_bytes bytes) const
    {
        if (!comes_true([&] { return is_locked(bytes); }))
            throw std::runtime_error("timed out: bytes that are to be locked");
    }

private:
    int fd_;
};

inline bool is_locked(boost::filesystem::path const& path, lock_bytes bytes)
{
    return byte_viewer(path).is_locked(bytes);
}

} // namespace filelock_test

#endif
