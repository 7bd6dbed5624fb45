// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_READ_WRITE_MODES_HPP
#define BOOST_FILELOCK_TEST_READ_WRITE_MODES_HPP

#include "read_write_actor.hpp"
#include "temporary_directory.hpp"

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

#include <signal.h>
#include <sys/wait.h>

// The modes of a read_write_lock, as requests of processes.

namespace filelock_test {

inline auto const modes = boost::unit_test::data::make({"shared", "upgrade", "exclusive"});

inline std::string try_for(std::string const& mode)
{
    return mode == "exclusive" ? "try" : "try " + mode;
}

/// The ways in which a writer waits.
inline auto const ways = boost::unit_test::data::make({"lock", "wait", "cancel"});

/// Stops the process. Returns when it is stopped.
inline void stop(pid_t pid)
{
    BOOST_TEST_REQUIRE(::kill(pid, SIGSTOP) == 0);
    siginfo_t info{};
    BOOST_TEST_REQUIRE(::waitid(P_PID, static_cast<id_t>(pid), &info, WSTOPPED | WNOWAIT) == 0);
}

/// A fixture: a lock that other processes try.
struct modes_left : temporary_directory
{
    /// Returns which modes are left to a process that holds nothing.
    std::string left() const
    {
        actor other(path);
        std::string all;
        for (std::string const mode : {"shared", "upgrade", "exclusive"}) {
            auto const came = other(try_for(mode));
            if (came == has_it) {
                all += mode[0];
                BOOST_TEST(other("release") == done);
            } else {
                BOOST_TEST(came == busy);
            }
        }
        return all.empty() ? "nothing" : all;
    }

    void check_all_free() const { BOOST_TEST(left() == "sue"); }
};

} // namespace filelock_test

#endif
