// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_TWO_MOUNTS_HPP
#define BOOST_FILELOCK_TEST_TWO_MOUNTS_HPP

#include "privileges.hpp"
#include "temporary_directory.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

namespace filelock_test {

/// A fixture: two directories in which a passthrough of the same directory can be mounted.
struct with_two_mounts : temporary_directory
{
    boost::filesystem::path const backing = directory / "backing", one = directory / "one",
                                  two = directory / "two";
    boost::filesystem::path const path = one / "test.lock", same = two / "test.lock";

    with_two_mounts()
    {
        enter_own_mounts();
        for (auto const& made : {backing, one, two})
            boost::filesystem::create_directory(made);
    }
};

} // namespace filelock_test

#endif
