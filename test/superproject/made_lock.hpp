// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPERPROJECT_MADE_LOCK_HPP
#define BOOST_FILELOCK_TEST_SUPERPROJECT_MADE_LOCK_HPP

#include <boost/filelock/file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

namespace filelock_test {

inline boost::filesystem::path unique_file()
{
    return boost::filesystem::temp_directory_path() /
           boost::filesystem::unique_path("filelock-test-%%%%-%%%%-%%%%");
}

/// A lock that is made of nothing, as a mutex is: with a file of its own.
struct made_lock : boost::filelock::file_lock
{
    made_lock() : file_lock(unique_file(), {std::chrono::milliseconds(1)}) {}
    ~made_lock()
    {
        boost::system::error_code ignored;
        boost::filesystem::remove(path(), ignored);
    }
};

} // namespace filelock_test

#endif
