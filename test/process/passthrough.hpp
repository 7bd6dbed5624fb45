// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_PASSTHROUGH_HPP
#define BOOST_FILELOCK_TEST_PROCESS_PASSTHROUGH_HPP

#include "child.hpp"

#include <boost/filesystem/path.hpp>
#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test_suite.hpp>

#include <atomic>
#include <cstddef>
#include <memory>

namespace filelock_test {

/// What a file system does wrong. May be changed at any time.
struct file_system_faults
{
    struct fault
    {
        std::atomic<int> error{0};  ///< an errno, or 0
        std::atomic<int> times{-1}; ///< how often; below 0: for ever
    };
    fault flock, record_lock, link, utimens, close, getattr;
    std::atomic<std::size_t> longest_write{1 << 20}; ///< what is longer is written in part
    std::atomic<int> changed_before{0};    ///< by how many seconds the time of change is too early
    std::atomic<bool> shows_a_link{false}; ///< of files that have none left as well
    std::atomic<bool> creates_in_two_steps{false}; ///< O_EXCL: looks, and then creates
};

struct passthrough_options
{
    bool forwards_flock = true;         ///< else the kernel keeps these locks to the mount
    bool forwards_record_locks = false; ///< likewise
    double attribute_seconds = 0, entry_seconds = 0, negative_seconds = 0; ///< of caching
};

/// A file system (FUSE) that shows what is in another directory, and fails as it is told to. It is
/// mounted when the constructor returns, for the processes of this mount namespace: to be used
/// where nobody else sees it.
class passthrough
{
public:
    passthrough(boost::filesystem::path const& backing, boost::filesystem::path const& at,
                passthrough_options const& = {});
    passthrough(passthrough const&) = delete;
    passthrough& operator=(passthrough const&) = delete;
    ~passthrough();

    file_system_faults& faults() noexcept { return *faults_; }

private:
    boost::filesystem::path at_;
    std::shared_ptr<file_system_faults> faults_;
    child server_;
};

/// A precondition of test cases.
boost::test_tools::assertion_result have_fuse(boost::unit_test::test_unit_id);

} // namespace filelock_test

#endif
