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

// A process does something, and is stopped after one of the system calls that this takes, while
// others go on.

namespace filelock_test {

struct deed
{
    /// Called in the process that is stopped: what it does first, unstopped; then; and in the end,
    /// unstopped as well. Says what came of it.
    std::function<std::string()> first, then, last;
    /// Options of strace: calls that fail.
    std::string faults;
};

struct stop_point
{
    std::string call;
    unsigned occurrence = 0; ///< among the thread's calls of this name, from 1
    std::string text = {};   ///< of the call, as strace shows it
    bool is_by_first_thread = true;

    std::string meaning() const; ///< of the call, as in system_calls.hpp

    friend std::ostream& operator<<(std::ostream&, stop_point const&);
};

class stopped
{
public:
    /// Returns when the process has made this call, and is stopped; or, where it made none such,
    /// has done its deed. It is stopped once more after the second call.
    stopped(deed const&, stop_point const& after, stop_point const& and_after = {});
    ~stopped();

    bool has_met() const { return has_met_; }
    pid_t pid() const { return process_.pid(); }

    /// It goes on to where it is stopped the second time.
    void go_on_to_next();

    /// It goes on. What came of its deed, and of the last part of it; empty where it has died.
    std::string go_on();
    std::string at_last();

    /// It is stopped no more, even where another thread of it makes a call of that name.
    void trace_no_more() { tracer_.reset(); }

    /// It is killed where it is.
    void kill();

    /// All the calls of the deed. The process has ended.
    std::vector<stop_point> calls();

private:
    struct shared;

    bool is_stopped_before_it_begins();
    void wait_for_stop();

    boost::filesystem::path const log_;
    std::unique_ptr<shared, void (*)(shared*)> said_; // with the process
    bool has_met_ = false;
    child process_;
    std::unique_ptr<tracer> tracer_;
};

/// Where the deed can be stopped: it is done once.
std::vector<stop_point> stop_points(deed const&);

} // namespace filelock_test

#endif
