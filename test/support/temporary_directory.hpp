// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_TEMPORARY_DIRECTORY_HPP
#define BOOST_FILELOCK_TEST_PROCESS_TEMPORARY_DIRECTORY_HPP

#include "patience.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

#include <unistd.h>

namespace filelock_test {

/// A fixture: a directory for the duration of one test case, and a timer that ends a test case that
/// hangs.
struct temporary_directory
{
    boost::filesystem::path const directory =
        boost::filesystem::canonical(boost::filesystem::temp_directory_path()) /
        boost::filesystem::unique_path("filelock-test-%%%%-%%%%-%%%%");
    boost::filesystem::path const path = directory / "test.lock";

    temporary_directory()
    {
        restart_hang_timer();
        boost::filesystem::create_directory(directory);
    }

    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;

    ~temporary_directory()
    {
        boost::system::error_code ignored;
        boost::filesystem::remove_all(directory, ignored);
        ::alarm(0);
    }
};

} // namespace filelock_test

#endif
