// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPERPROJECT_MADE_LOCK_HPP
#define BOOST_FILELOCK_TEST_SUPERPROJECT_MADE_LOCK_HPP

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

#include <chrono>

namespace filelock_test {

inline boost::filesystem::path unique_file()
{
    return boost::filesystem::temp_directory_path() /
           boost::filesystem::unique_path("filelock-test-%%%%-%%%%-%%%%");
}

/// A lock that is constructed without arguments, as a mutex is, and has a file of its own.
template <class Lock>
struct made_lock : Lock
{
    made_lock() : Lock(unique_file(), options()) {}
    ~made_lock()
    {
        boost::system::error_code ignored;
        boost::filesystem::remove(this->path(), ignored);
        boost::filesystem::remove(boost::filesystem::path(this->path()) += ".readers", ignored);
    }

private:
    static typename Lock::options_type options()
    {
        typename Lock::options_type quick;
        quick.poll_interval = std::chrono::milliseconds(1);
        return quick;
    }
};

} // namespace filelock_test

#endif
