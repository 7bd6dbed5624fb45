// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_OTHER_PROGRAMS_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_OTHER_PROGRAMS_HPP

#include "preconditions.hpp"

#include <boost/filesystem/path.hpp>

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
    return succeeds(child(command{"flock", "--version"}), "flock(1) is not installed");
}

inline boost::test_tools::assertion_result have_python_filelock(boost::unit_test::test_unit_id)
{
    // Only Debian's interpreter finds Debian's packages, and it need not be the first in PATH.
    return succeeds(child({"/usr/bin/python3", "-c", "import filelock"}),
                    "python3-filelock is not installed");
}

} // namespace filelock_test

#endif
