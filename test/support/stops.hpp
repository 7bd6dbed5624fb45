// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_STOPS_HPP
#define BOOST_FILELOCK_TEST_PROCESS_STOPS_HPP

#include "child.hpp"
#include "tracer.hpp"

#include <boost/filesystem/path.hpp>

#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

// A process is stopped after one of the system calls of an operation, while other processes
// continue.

namespace filelock_test {

struct deed
{
    /// Called in the process that is stopped. `then` is the part in which it is stopped; `first`
    /// runs before and `last` after that part. Each returns its result.
    std::function<std::string()> first, then, last;
    /// Options of strace for calls that fail.
    std::string faults;
};

struct stop_point
{
    std::string call;
    unsigned occurrence = 0; ///< among the thread's calls of this name, from 1
    std::string text = {};   ///< the call as strace shows it
    bool is_by_first_thread = true;

    std::string meaning() const; ///< the call's meaning, as in system_calls.hpp

    friend std::ostream& operator<<(std::ostream&, stop_point const&);
};

class stopped
{
public:
    /// Returns when the process is stopped after the call `after`, or has finished `then` without
    /// making that call. The process is stopped again after the call `and_after`.
    stopped(deed const&, stop_point const& after, stop_point const& and_after = {});
    ~stopped();

    bool has_met() const { return has_met_; }
    pid_t pid() const { return process_.pid(); }

    /// Continues the process until it is stopped the second time.
    void go_on_to_next();

    /// Continues the process, again where another of its threads makes the call and so stops it.
    /// go_on() returns the result of `then`, and at_last() that of `last`. The result of either is
    /// empty if the process has died.
    std::string go_on();
    std::string at_last();

    /// Ends tracing, so that no later call of another thread stops the process.
    void trace_no_more() { tracer_.reset(); }

    /// Kills the process where it is stopped.
    void kill();

    /// Returns all calls of `then`. The process must have ended.
    std::vector<stop_point> calls();

private:
    struct shared;

    bool is_stopped_before_it_begins();
    void wait_for_stop();
    std::string next_line();

    boost::filesystem::path const log_;
    std::unique_ptr<shared, void (*)(shared*)> said_; // shared with the process
    bool has_met_ = false;
    child process_;
    std::unique_ptr<tracer> tracer_;
};

/// Runs the operation once and returns the calls after which it can be stopped.
std::vector<stop_point> stop_points(deed const&);

} // namespace filelock_test

#endif
