// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_FAULT_POINTS_HPP
#define BOOST_FILELOCK_TEST_PROCESS_FAULT_POINTS_HPP

#include "child.hpp"
#include "patience.hpp"
#include "sample.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>
#include <boost/test/unit_test.hpp>

#include <cstddef>
#include <exception>
#include <functional>
#include <iosfwd>
#include <memory>
#include <set>
#include <string>
#include <vector>

// A process acquires and releases a lock. Each of its system calls in turn gets a fault: the
// process is killed there, or the call fails.

namespace filelock_test {

/// Acquires and releases the lock. An exception counts as an error as well.
class taker
{
public:
    virtual ~taker() = default;
    virtual boost::system::error_code take() = 0;
    virtual boost::system::error_code give_back() = 0;
};

/// A taker that has one lock object.
template <class Lock>
class lock_taker : public taker
{
public:
    boost::system::error_code give_back() override
    {
        boost::system::error_code ec;
        lock_.release(ec);
        return ec;
    }

protected:
    template <class Options>
    lock_taker(boost::filesystem::path const& path, Options const& options) : lock_(path, options)
    {}

    Lock lock_;
};

/// Acquires the lock within `patience`.
template <class Lock>
class patient_taker final : public lock_taker<Lock>
{
public:
    patient_taker(boost::filesystem::path const& path, typename Lock::options_type const& options)
        : lock_taker<Lock>(path, options)
    {}

    boost::system::error_code take() override
    {
        boost::system::error_code ec;
        boost::filelock::acquire_options how;
        how.timeout = patience;
        this->lock_.acquire(how, ec);
        return ec;
    }
};

struct sequence
{
    /// Makes the taker. Called in the process that gets the faults.
    std::function<std::unique_ptr<taker>()> make;
    /// Returns whether this process can acquire the lock exclusively, and releases it.
    std::function<bool()> is_free;
    /// Like `is_free`, but waits for the lock. For a lock that must become free after some time.
    std::function<bool()> comes_free = {};
    /// Called when the taker was killed, for a lock that only an operator frees then. Frees it, and
    /// returns whether it was kept until then.
    std::function<bool()> frees_after_death = {};
    /// Called before each run. If another process holds the lock at first and the taker must wait,
    /// the returned function ends that hold.
    std::function<std::function<void()>()> prepare;
    /// Returns whether no file is left. Called when the taker has ended and has reported no error
    /// from removing a file. Not called if the taker was killed.
    std::function<bool()> is_clean = {};
    /// Set for a taker that has a hold from the beginning, converts it, and keeps it if the
    /// conversion fails. Returns whether other processes can still acquire what that hold leaves to
    /// them. give_back() then releases whatever the taker has.
    std::function<bool()> is_as_before = {};
    /// Starts a process that waits for the lock, releases it and ends. Returns when the process
    /// sleeps. It must get the lock from the taker, or from the holder that makes the taker wait.
    /// If set, no other process checks whether the lock is free.
    std::function<std::unique_ptr<child>()> sleeper = {};
    /// Options of strace that inject faults during the whole run. The calls that they name get no
    /// other fault.
    std::string injections = {};
    /// The taker has fallbacks for most faults, so it need not report an error.
    bool has_other_ways = false;
    /// The taker opens the directory only to set and to look for the marks of waiters.
    bool marks_waiters = false;
    /// The taker lists directories to find other holders, and not only for a report.
    bool lists_holders = false;
    /// The taker fails where there are no hard links.
    bool needs_links = false;
    /// The calls that keep other threads running, by meaning (system_calls.hpp). They get no fault.
    std::set<std::string> others_calls = {};
    /// The number of the taker's calls depends on other processes. Only the first call of each name
    /// gets a fault.
    bool varies = false;
};

struct fault
{
    std::string call;
    unsigned occurrence; ///< among the calls of this name, from 1
    std::string text;    ///< the call as strace shows it
    std::string error;   ///< the name of an errno; empty: the process is killed

    std::string meaning() const; ///< the call's meaning, as in system_calls.hpp

    friend std::ostream& operator<<(std::ostream&, fault const&);
};

class fault_points
{
public:
    /// Runs the sequence once to learn its calls. Throws if there is no rule for how one of them
    /// may fail.
    explicit fault_points(sequence);
    ~fault_points();

    std::vector<fault> const& all() const { return faults_; }

    /// Returns whether the taker reported no error in the run without a fault.
    bool succeeds_without_faults() const;

    /// Runs the sequence with the fault. Returns a description of the problem, or nothing. Problems
    /// are: two holders at the same time; a lock that no process can acquire afterwards; an error
    /// that was not reported, or a different one that was; descriptors, watches or memory that are
    /// left; a lock that the taker cannot acquire again.
    std::string problem_with(fault const&) const;

private:
    struct history;
    history run(std::string const& injection) const;
    void observe(child&, std::unique_ptr<child>& sleeper, history&) const;
    bool comes_free() const;
    bool is_given(std::unique_ptr<child>& sleeper) const;
    std::string problem_with(fault const&, history const&) const;

    sequence sequence_;
    std::unique_ptr<history> faultless_;
    std::vector<fault> faults_;
};

/// Checks a sample of these faults.
inline void check_faults(fault_points const& points, std::vector<fault> const& faults,
                         sample_size size)
{
    for (auto const i : sample(faults.size(), size)) {
        restart_hang_timer();
        std::string problem;
        try {
            problem = points.problem_with(faults[i]);
        } catch (std::exception const& e) {
            problem = e.what();
        }
        BOOST_TEST(problem.empty(), faults[i] << ": " << problem);
    }
}

} // namespace filelock_test

#endif
