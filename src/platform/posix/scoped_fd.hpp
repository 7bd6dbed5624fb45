// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PLATFORM_POSIX_SCOPED_FD_HPP
#define BOOST_FILELOCK_SRC_PLATFORM_POSIX_SCOPED_FD_HPP

#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {

/// A descriptor of a file that is no lock file, and that a forked child may inherit. Closed at the
/// end of the scope. -1 means none.
class scoped_fd
{
public:
    explicit scoped_fd(int fd) noexcept : fd_(fd) {}
    scoped_fd(scoped_fd const&) = delete;
    scoped_fd& operator=(scoped_fd const&) = delete;
    ~scoped_fd()
    {
        if (fd_ != -1)
            ::close(fd_);
    }

    bool is_open() const noexcept { return fd_ != -1; }
    int native() const noexcept { return fd_; }

private:
    int const fd_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
