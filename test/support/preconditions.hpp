// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_PRECONDITIONS_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_PRECONDITIONS_HPP

#include "child.hpp"

#include <boost/test/tree/decorator.hpp>

#include <ostream>

namespace filelock_test {

/// A precondition of test cases: the process ends with status 0. Otherwise they are skipped for
/// this reason.
inline boost::test_tools::assertion_result succeeds(child&& process, char const* reason)
{
    boost::test_tools::assertion_result result(process.wait() == 0);
    result.message() << reason;
    return result;
}

} // namespace filelock_test

#endif
