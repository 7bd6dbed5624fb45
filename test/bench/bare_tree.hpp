// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_BENCH_BARE_TREE_HPP
#define BOOST_FILELOCK_TEST_BENCH_BARE_TREE_HPP

#include "bare_marker.hpp"
#include "measure.hpp"

#include <cerrno>
#include <string>

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace bench {

/// The lower bound for a reader or writer that uses markers only: its system calls alone.
class bare_tree
{
public:
    bare_tree(std::string const& directory, std::string const& path)
        : readers_(path + ".readers"), write_path_(path + ".write"),
          reader_path_(readers_ + "/0123456789abcdef0123456789abcdef.12345"),
          state_(directory, path + ".state"), write_(directory, write_path_),
          reader_(readers_, reader_path_)
    {
        check(::mkdir(readers_.c_str(), 0700) == 0);
    }

    /// Looks for a writer, creates a marker, looks again, and verifies the marker.
    void read()
    {
        open_readers();
        check(!is_there(write_path_) && reader_.make() && !is_there(write_path_));
        make_sure(reader_, reader_path_);
    }
    void stop_reading()
    {
        check(::unlink(reader_path_.c_str()) == 0);
        reader_.close();
        ::close(directory_);
    }

    /// Under `state`, looks for a writer and creates a marker. Then looks for readers, and verifies
    /// the marker.
    void write()
    {
        check(state_.make() && !is_there(write_path_) && write_.make());
        state_.remove();
        open_readers();
        DIR* const all = ::fdopendir(::openat(directory_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        check(all != nullptr);
        while (::readdir(all))
            ;
        ::closedir(all);
        make_sure(write_, write_path_);
    }
    void stop_writing()
    {
        write_.remove();
        ::close(directory_);
    }

private:
    static bool is_there(std::string const& path)
    {
        struct ::stat s;
        return ::lstat(path.c_str(), &s) == 0;
    }

    void open_readers()
    {
        directory_ = ::open(readers_.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        check(directory_ != -1);
    }

    static void make_sure(bare_marker const& marker, std::string const& path)
    {
        int const file = marker.native();
        check(::flock(file, LOCK_EX | LOCK_NB) == 0 && is_there(path) &&
              ::futimens(file, nullptr) == 0 && is_there(path) && ::flock(file, LOCK_UN) == 0);
    }

    std::string readers_, write_path_, reader_path_;
    bare_marker state_, write_, reader_;
    int directory_ = -1;
};

} // namespace bench

#endif
