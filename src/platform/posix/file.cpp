// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../file.hpp"

#include "error.hpp"

#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

file_facts facts_of(struct ::stat const& s) noexcept
{
    file_facts facts;
    facts.identity = {s.st_dev, s.st_ino};
    facts.is_regular = S_ISREG(s.st_mode);
    facts.has_name = s.st_nlink != 0;
    facts.permissions = static_cast<filesystem::perms>(s.st_mode & 07777);
    return facts;
}

} // namespace

system::error_code facts_of(descriptor const& file, file_facts& facts) noexcept
{
    struct ::stat s;
    if (::fstat(file.native(), &s) == 0) {
        facts = facts_of(s);
        return {};
    }
    if (errno != ENOENT)
        return last_error();
    // From FUSE servers that know an open file by its name: it was removed.
    facts = {};
    facts.is_regular = true;
    return {};
}

system::error_code facts_of(filesystem::path const& path, file_facts& facts) noexcept
{
    struct ::stat s;
    if (::lstat(path.c_str(), &s) != 0)
        return last_error();
    facts = facts_of(s);
    return {};
}

bool is_server_lost(system::error_code const& ec) noexcept
{
    if (ec.category() != system::system_category())
        return false;
    switch (ec.value()) {
    case ENOTCONN:
    case ESTALE:
#if defined(EBADFD)
    case EBADFD: // GlusterFS
#endif
        return true;
    default:
        return false;
    }
}

void touch(filesystem::path const& path) noexcept
{
    int const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (fd != -1)
        ::close(fd);
}

void touch(native_handle_type file) noexcept
{
    // To open a device anew may do something to it.
    struct ::stat s;
    if (::fstat(file, &s) != 0 || !S_ISREG(s.st_mode))
        return;
    char again[32];
    std::snprintf(again, sizeof again, "/proc/self/fd/%d", file);
    int const fd = ::open(again, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd != -1)
        ::close(fd);
}

system::error_code set_permissions(descriptor const& file, filesystem::perms permissions) noexcept
{
    if (::fchmod(file.native(), static_cast<mode_t>(permissions)) != 0)
        return last_error();
    return {};
}

} // namespace detail
} // namespace filelock
} // namespace boost
