// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_BENCH_BARE_MARKER_HPP
#define BOOST_FILELOCK_TEST_BENCH_BARE_MARKER_HPP

#include "measure.hpp"

#include <cerrno>
#include <cstdio>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bench {

/// The lower bound for a marker: its system calls alone, made as a C program makes them.
class bare_marker
{
public:
    /// The directory of `path` is needed too, because a marker is created in it without a name.
    bare_marker(std::string directory, std::string path)
        : directory_(std::move(directory)), path_(std::move(path))
    {}

    /// Creates a file without a name, locks a byte of it, writes it, and names it. Returns false if
    /// the path exists.
    bool make()
    {
        constexpr char text[] =
            "12345\nhost\n1234567890123456789012345678901234567890123456789012345\n";
        constexpr auto size = sizeof text - 1;
        static_assert(size == 67, "as long as a record is");
        file_ = ::open(directory_.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, 0666);
        struct ::flock byte = {};
        byte.l_type = F_WRLCK;
        byte.l_len = 1;
        char unnamed[32];
        std::snprintf(unnamed, sizeof unnamed, "/proc/self/fd/%d", file_);
        check(file_ != -1 && ::fcntl(file_, F_OFD_SETLK, &byte) == 0 &&
              ::write(file_, text, size) == size);
        if (::linkat(AT_FDCWD, unnamed, AT_FDCWD, path_.c_str(), AT_SYMLINK_FOLLOW) == 0)
            return true;
        check(errno == EEXIST && ::close(file_) == 0);
        return false;
    }

    /// Excludes others from removing the marker, and removes it if the path still names it.
    void remove()
    {
        struct ::stat named;
        check(::flock(file_, LOCK_EX | LOCK_NB) == 0 && ::lstat(path_.c_str(), &named) == 0 &&
              ::unlink(path_.c_str()) == 0 && ::flock(file_, LOCK_UN) == 0 && ::close(file_) == 0);
    }

    /// Calls `make` after another marker has gone, which inotify reports. For use by one process.
    void wait_and_make()
    {
        while (!make()) {
            if (notifier_ == -1)
                check((notifier_ = ::inotify_init1(IN_CLOEXEC)) != -1);
            if (::inotify_add_watch(notifier_, path_.c_str(), IN_ATTRIB | IN_DELETE_SELF) == -1)
                continue; // the marker has gone
            if (make())
                break;
            char events[4096];
            check(::read(notifier_, events, sizeof events) > 0);
        }
    }

    int native() const { return file_; }
    void close() { check(::close(file_) == 0); }

private:
    std::string directory_, path_;
    int file_ = -1, notifier_ = -1;
};

} // namespace bench

#endif
