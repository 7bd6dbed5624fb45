// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_REMOVAL_RIGHT_HPP
#define BOOST_FILELOCK_TEST_PROCESS_REMOVAL_RIGHT_HPP

#include <boost/filesystem/path.hpp>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/types.h>
#include <unistd.h>

namespace filelock_test {

/// The removal right of a marker, acquired as another process does.
class removal_right
{
public:
    explicit removal_right(boost::filesystem::path const& path)
        : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC))
    {
        if (fd_ == -1)
            throw std::runtime_error("open " + path.string());
        is_taken_ = ::flock(fd_, LOCK_EX | LOCK_NB) == 0;
    }
    removal_right(removal_right const&) = delete;
    removal_right& operator=(removal_right const&) = delete;
    ~removal_right() { ::close(fd_); }

    /// Returns whether no other process had the right.
    bool is_taken() const { return is_taken_; }

private:
    int fd_;
    bool is_taken_;
};

/// Returns whether a process has the removal right to some marker.
inline bool has_removal_right(pid_t pid)
{
    std::ifstream locks("/proc/locks");
    for (std::string line; std::getline(locks, line);) {
        std::istringstream words(line);
        std::string number, type, advisory, mode, holder;
        words >> number >> type >> advisory >> mode >> holder;
        if (type == "FLOCK" && holder == std::to_string(pid))
            return true;
    }
    return false;
}

} // namespace filelock_test

#endif
