// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_OTHER_PROGRAMS_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_OTHER_PROGRAMS_HPP

#include "child.hpp"

#include <boost/filesystem/path.hpp>
#include <boost/test/tree/decorator.hpp>

#include <string>
#include <vector>

// Other programs that lock files.

namespace filelock_test {

/// A program and its arguments.
using command = std::vector<std::string>;

/// Acquires the lock, prints "held", and keeps the lock until it reads a line.
inline command flock_holder(boost::filesystem::path const& path)
{
    // -o: the command does not inherit the lock, so that killing flock itself frees it.
    return {"flock", "-o", path.string(), "sh", "-c", "echo held; read line"};
}

// Preconditions of test cases.

inline boost::test_tools::assertion_result have_flock(boost::unit_test::test_unit_id)
{
    boost::test_tools::assertion_result result(child(command{"flock", "--version"}).wait() == 0);
    result.message() << "flock(1) is not installed";
    return result;
}

inline boost::test_tools::assertion_result have_python_filelock(boost::unit_test::test_unit_id)
{
    // Only Debian's interpreter finds Debian's packages, and it need not be the first in PATH.
    boost::test_tools::assertion_result result(
        child({"/usr/bin/python3", "-c", "import filelock"}).wait() == 0);
    result.message() << "python3-filelock is not installed";
    return result;
}

} // namespace filelock_test

#endif
