// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../descriptor.hpp"

#include "../fork.hpp"
#include "descriptor_registry.hpp"
#include "error.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

// O_NONBLOCK: opening a FIFO would wait for its other end. O_NOCTTY: a terminal at the path must
// not become ours. Neither means anything to a regular file.
constexpr int safe_flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;

int open_restarting(char const* path, int flags, mode_t mode)
{
    int fd;
    do
        fd = ::open(path, flags, mode);
    while (fd == -1 && errno == EINTR); // FUSE and NFS
    return fd;
}

int open_or_create(char const* path, mode_t mode)
{
    int const fd = open_restarting(path, O_RDWR | O_CREAT | safe_flags, mode);
    if (fd != -1 || (errno != EACCES && errno != EPERM))
        return fd;
    // In a sticky directory Linux refuses O_CREAT on a file that exists and is another user's, with
    // EACCES, whatever its mode (sysctl fs.protected_regular).
    int const refused = errno;
    int const existing = open_restarting(path, O_RDWR | safe_flags, 0);
    if (existing == -1 && errno == ENOENT)
        errno = refused;
    return existing;
}

} // namespace

system::error_code descriptor::open_lock_file(filesystem::path const& path,
                                              std::optional<filesystem::perms> permissions)
{
    close();
    mode_t const mode = permissions ? static_cast<mode_t>(*permissions) : 0666;
    for (;;) {
        auto const forks = fork_count();
        int const fd = open_or_create(path.c_str(), mode);
        if (fd == -1)
            return last_error();
        open_descriptors().add(*this, fd);
        if (fork_count() == forks)
            return {};
        // A child forked between the two has a copy that it does not know to close.
        close();
    }
}

void descriptor::close() noexcept
{
    if (fd_ == -1)
        return;
    // Not under the registry's mutex, which a fork waits for: a file server may take its time.
    int const fd = open_descriptors().remove(*this);
    if (fd != -1)
        ::close(fd); // on Linux it is closed, whatever this says
}

bool descriptor::is_open() const noexcept
{
    return fd_ != -1 && generation_ == process_generation();
}

} // namespace detail
} // namespace filelock
} // namespace boost
