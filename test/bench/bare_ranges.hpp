// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_BENCH_BARE_RANGES_HPP
#define BOOST_FILELOCK_TEST_BENCH_BARE_RANGES_HPP

#include "measure.hpp"

#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bench {

/// The lower bound for a lock on SQLite's bytes: its system calls alone, made as a C program makes
/// them.
class bare_ranges
{
public:
    explicit bare_ranges(std::string path) : path_(std::move(path)) {}

    /// Locks if no writer waits. For processes that nothing keeps out.
    void read()
    {
        open();
        check(is_free(pending) && set(F_RDLCK, shared) && is_named());
    }

    void write()
    {
        open();
        check(set(F_WRLCK, everything) && is_named());
    }

    void upgrade()
    {
        open();
        check(set(F_WRLCK, reserved) && is_free(pending) && set(F_RDLCK, shared) && is_named());
    }

    /// Converts a lock that `upgrade` acquired.
    void strengthen() { check(is_named() && set(F_WRLCK, pending) && set(F_WRLCK, shared)); }

    void release() { check(set(F_UNLCK, everything) && ::close(file_) == 0); }

    // Uses the kernel's own wait, without any check.
    void wait_to_read()
    {
        open();
        check(set(F_RDLCK, shared, F_OFD_SETLKW));
    }
    void wait_to_write()
    {
        open();
        check(set(F_WRLCK, everything, F_OFD_SETLKW));
    }

private:
    struct range
    {
        ::off_t first, length;
    };
    static constexpr range pending{0x40000000, 1}, reserved{0x40000001, 1}, shared{0x40000002, 510},
        everything{0x40000000, 512};

    void open()
    {
        file_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        check(file_ != -1);
    }

    bool is_named() const
    {
        struct ::stat held, named;
        return ::fstat(file_, &held) == 0 && ::lstat(path_.c_str(), &named) == 0 &&
               held.st_ino == named.st_ino;
    }

    static struct ::flock record(short type, range bytes)
    {
        struct ::flock r = {};
        r.l_type = type;
        r.l_whence = SEEK_SET;
        r.l_start = bytes.first;
        r.l_len = bytes.length;
        return r;
    }

    bool is_free(range bytes) const
    {
        auto r = record(F_RDLCK, bytes);
        return ::fcntl(file_, F_OFD_GETLK, &r) == 0 && r.l_type == F_UNLCK;
    }

    bool set(short type, range bytes, int how = F_OFD_SETLK) const
    {
        auto r = record(type, bytes);
        return ::fcntl(file_, how, &r) == 0;
    }

    std::string path_;
    int file_ = -1;
};

} // namespace bench

#endif
