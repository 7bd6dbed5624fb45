// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SOFT_READ_WRITE_HOSTS_HPP
#define BOOST_FILELOCK_TEST_SOFT_READ_WRITE_HOSTS_HPP

#include "namespaces.hpp"
#include "temporary_directory.hpp"

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <functional>
#include <string>

// Processes on several hosts that use a soft_read_write_lock.

namespace filelock_test {

/// What a process does before it makes its lock.
using entry = std::function<void()>;

inline entry const here;

inline void elsewhere()
{
    enter_host("elsewhere");
}

inline std::string const modes[] = {"try shared", "try"};

/// A delay of half the threshold must be distinguishable from a second wait. Where the machine is
/// later than that, the observation is repeated with twice the time.
inline constexpr std::chrono::milliseconds shortest_threshold{160};

/// A fixture: a threshold that grows until the machine is fast enough.
struct on_several_hosts : temporary_directory
{
    std::chrono::milliseconds threshold = shortest_threshold;

    /// Runs `observe` with a threshold for which the machine is fast enough.
    template <class F>
    void check_in_time(F const& observe)
    {
        auto const problem =
            with_growing_time(shortest_threshold, [&](std::chrono::milliseconds time) {
                threshold = time;
                for (boost::filesystem::directory_iterator it(directory), end; it != end;)
                    boost::filesystem::remove_all((it++)->path()); // left by the previous attempt
                observe();
            });
        BOOST_TEST(problem.empty(), problem);
    }
};

} // namespace filelock_test

#endif
