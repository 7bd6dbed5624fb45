// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_REUSED_NUMBERS_HPP
#define BOOST_FILELOCK_TEST_PROCESS_REUSED_NUMBERS_HPP

#include <cerrno>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

// State of the server of a passthrough with `numbers::reused`. All members may be called from any
// thread.

namespace filelock_test {

/// The inode numbers that the passthrough shows.
class number_table
{
public:
    /// Returns the number that is shown. `file`: the number in the backing directory.
    ::ino_t of(::ino_t file)
    {
        std::lock_guard<std::mutex> const guard(mutex_);
        auto const found = shown_.emplace(file, next_);
        next_ += found.second;
        return found.first->second;
    }

    void created(::ino_t file)
    {
        std::lock_guard<std::mutex> const guard(mutex_);
        if (free_.empty())
            free_.insert(next_++);
        shown_[file] = *free_.begin(); // the lowest, as with ext4
        free_.erase(free_.begin());
    }

    /// Frees the number of a removed file. The file keeps its number as long as it is open.
    void removed(::ino_t file)
    {
        auto const number = of(file);
        std::lock_guard<std::mutex> const guard(mutex_);
        free_.insert(number);
    }

private:
    std::mutex mutex_;
    std::map<::ino_t, ::ino_t> shown_; // by the number in the backing directory
    std::set<::ino_t> free_;
    ::ino_t next_ = 1000;
};

/// Removed files that are open. Without the option `hard_remove`, libfuse renames such a file
/// instead of removing it, and calls on it come with the new path: fstat(2) sends no descriptor to
/// the server. The passthrough nevertheless removes the file, as another client of a server does.
class removed_files
{
public:
    /// Returns whether libfuse made the path for a removed file.
    static bool is_name(char const* path) { return std::strstr(path, "/.fuse_hidden") != nullptr; }

    /// Returns the descriptor for the path, or -1 if there is none.
    int descriptor(char const* path)
    {
        std::lock_guard<std::mutex> const guard(mutex_);
        auto const found = files_.find(path);
        return found == files_.end() ? -1 : found->second;
    }

    /// Removes a name from the backing directory. `path`: the path that libfuse made. Returns 0 or
    /// a negative errno.
    int remove(int root, char const* name, char const* path, number_table& numbers)
    {
        int const fd = ::openat(root, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
        if (fd == -1)
            return -errno;
        struct ::stat s;
        if (::fstat(fd, &s) != 0 || ::unlinkat(root, name, 0) != 0) {
            int const error = errno;
            ::close(fd);
            return -error;
        }
        if (s.st_nlink == 1)
            numbers.removed(s.st_ino);
        std::lock_guard<std::mutex> const guard(mutex_);
        files_.emplace(path, fd);
        return 0;
    }

    /// Closes the descriptor. Called at the last close. Returns 0 or a negative errno.
    int forget(char const* path)
    {
        std::lock_guard<std::mutex> const guard(mutex_);
        auto const found = files_.find(path);
        if (found == files_.end())
            return -ENOENT;
        ::close(found->second);
        files_.erase(found);
        return 0;
    }

private:
    std::mutex mutex_;
    std::map<std::string, int> files_; // descriptors by path
};

} // namespace filelock_test

#endif
