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

descriptor::descriptor()
{
    all_descriptors().add(*this);
}

descriptor::~descriptor()
{
    close();
    all_descriptors().remove(*this);
}

system::error_code descriptor::open_lock_file(filesystem::path const& path,
                                              std::optional<filesystem::perms> permissions)
{
    mode_t const mode = permissions ? static_cast<mode_t>(*permissions) : 0666;
    for (;;) {
        close();
        auto const forks = fork_count();
        int const fd = open_or_create(path.c_str(), mode);
        if (fd == -1)
            return last_error();
        fd_.store(fd); // sequentially before the count is read: what a later fork copies has it
        if (fork_count() == forks)
            return {};
        // A child forked between the two has a copy that it does not know to close.
    }
}

void descriptor::close() noexcept
{
    // First out of a child's reach: the number may be another file's as soon as it is closed. On
    // Linux it is, whatever `close` says.
    int const fd = fd_.exchange(-1);
    if (fd != -1)
        ::close(fd);
}

} // namespace detail
} // namespace filelock
} // namespace boost
