// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_ODD_FILES_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_ODD_FILES_HPP

#include "markers.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

#include <cerrno>
#include <functional>
#include <string>
#include <system_error>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// Files of all kinds where a lock expects one of its own.

namespace filelock_test {

/// Makes a file at the path. `aside`: another path, for what a link points to.
using file_maker =
    std::function<void(boost::filesystem::path const& path, boost::filesystem::path const& aside)>;

inline file_maker text(std::string const& content)
{
    return [content](auto const& path, auto const&) { write_text(path, content); };
}

inline file_maker link_to(std::string const& content)
{
    return [content](auto const& path, auto const& aside) {
        write_text(aside, content);
        boost::filesystem::create_symlink(aside, path);
    };
}

inline void make_dangling_link(boost::filesystem::path const& path, boost::filesystem::path const&)
{
    boost::filesystem::create_symlink("nothing", path);
}

inline void make_directory(boost::filesystem::path const& path, boost::filesystem::path const&)
{
    boost::filesystem::create_directory(path);
}

inline void make_directory_link(boost::filesystem::path const& path,
                                boost::filesystem::path const& aside)
{
    boost::filesystem::create_directories(aside / "claims");
    boost::filesystem::create_directory_symlink(aside, path);
}

inline void make_fifo(boost::filesystem::path const& path, boost::filesystem::path const&)
{
    if (::mkfifo(path.c_str(), 0666) != 0)
        throw std::system_error(errno, std::generic_category(), "mkfifo");
}

/// The name is relative because the path may be too long for an address.
inline void make_socket(boost::filesystem::path const& path, boost::filesystem::path const&)
{
    int const fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.filename().string().copy(address.sun_path, sizeof address.sun_path - 1);
    auto const here = boost::filesystem::current_path();
    boost::filesystem::current_path(path.parent_path());
    int const result = ::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    boost::filesystem::current_path(here);
    ::close(fd);
    if (result != 0)
        throw std::system_error(errno, std::generic_category(), "bind");
}

} // namespace filelock_test

#endif
