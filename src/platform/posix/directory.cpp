// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../directory.hpp"

#include "error.hpp"
#include "open_descriptor.hpp"
#include "path_arguments.hpp"

#include <cerrno>
#include <memory>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {
namespace {

struct close_directory
{
    void operator()(DIR* directory) const noexcept { ::closedir(directory); }
};

} // namespace

system::error_code make_directory(path_ref path, filesystem::perms permissions) noexcept
{
    path_arguments const p(path);
    int const result = ::mkdirat(p.directory, p.path, static_cast<mode_t>(permissions));
    return result == 0 ? system::error_code() : last_error();
}

std::size_t longest_name(path_ref directory) noexcept
{
    auto const most = directory.directory ? ::fpathconf(directory.directory->native(), _PC_NAME_MAX)
                                          : ::pathconf(directory.path.c_str(), _PC_NAME_MAX);
    return most > 0 ? static_cast<std::size_t>(most) : 255; // NAME_MAX of nearly all file systems
}

// Boost.Filesystem reads no directory by its descriptor. The directory is opened anew, since
// copies of a descriptor share their position in it.
system::error_code for_each_name(path_ref directory,
                                 std::function<void(std::string const&)> const& f)
{
    path_arguments const p(directory);
    int const fd = open_descriptor(
        [&] { return ::openat(p.directory, p.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC); });
    if (fd == -1)
        return last_error();
    std::unique_ptr<DIR, close_directory> const opened(::fdopendir(fd));
    if (!opened) {
        auto const ec = last_error();
        ::close(fd);
        return ec;
    }
    for (;;) {
        errno = 0; // readdir(3): null and an unchanged errno mean the end
        auto const* const entry = ::readdir(opened.get());
        if (!entry)
            return errno == 0 ? system::error_code() : last_error();
        std::string const name(entry->d_name);
        if (name != "." && name != "..")
            f(name);
    }
}

system::error_code has_name(path_ref directory, std::string const& name, bool& it_does)
{
    it_does = false;
    return for_each_name(directory,
                         [&](std::string const& one) { it_does = it_does || one == name; });
}

system::error_code flush_names(descriptor const& directory) noexcept
{
    int result;
    do
        result = ::fsync(directory.native());
    while (result != 0 && errno == EINTR);
    return result != 0 && errno != EINVAL && errno != ENOSYS ? last_error() : system::error_code();
}

system::error_code flush_name(filesystem::path const& path)
{
    descriptor parent;
    auto const ec = parent.open_directory(path.parent_path() / "."); // follows a link
    return ec ? ec : flush_names(parent);
}

} // namespace detail
} // namespace filelock
} // namespace boost
