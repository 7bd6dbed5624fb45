// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_TRACER_HPP
#define BOOST_FILELOCK_TEST_PROCESS_TRACER_HPP

#include "child.hpp"

#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test_suite.hpp>

namespace filelock_test {

/// Runs strace on a process and all its threads and children. strace is attached when the
/// constructor returns, and the destructor detaches it.
class tracer
{
public:
    /// `injections`: options of strace.
    tracer(pid_t traced, std::string const& injections);
    ~tracer();

private:
    child strace_;
};

/// A precondition of test cases.
boost::test_tools::assertion_result can_trace(boost::unit_test::test_unit_id);

} // namespace filelock_test

#endif
