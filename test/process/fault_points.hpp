// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PROCESS_FAULT_POINTS_HPP
#define BOOST_FILELOCK_TEST_PROCESS_FAULT_POINTS_HPP

#include "sample.hpp"

#include <boost/system/error_code.hpp>

#include <cstddef>
#include <functional>
#include <iosfwd>
#include <memory>
#include <set>
#include <string>
#include <vector>

// A process takes a lock and gives it back, and is killed at each of its system calls, or that call
// fails, one after another.

namespace filelock_test {

class child;

/// Who takes the lock and gives it back. Exceptions are errors as well.
class taker
{
public:
    virtual ~taker() = default;
    virtual boost::system::error_code take() = 0;
    virtual boost::system::error_code give_back() = 0;
};

struct sequence
{
    /// Called in the process that meets with the faults.
    std::function<std::unique_ptr<taker>()> make;
    /// Whether this process can take the lock exclusively, which it then gives back.
    std::function<bool()> is_free;
    /// The same where it must come free, if that takes time: waits for it.
    std::function<bool()> comes_free = {};
    /// Called before each time. What it returns, if anything, ends the hold that makes the taker
    /// wait, and is called when it does.
    std::function<std::function<void()>()> prepare;
    /// Whether nothing is left in the file system, asked when the taker has ended and told no error
    /// in removing a file. Not asked where it was killed.
    std::function<bool()> is_clean = {};
    /// Of one who makes more of what he holds from the beginning, and has it still where he fails:
    /// whether others then have what he leaves to them. What he gives back is whatever he has.
    std::function<bool()> is_as_before = {};
    /// Starts one who takes the lock, gives it back and ends, and says when it is asleep: it must
    /// get the lock from the taker, or from who makes him wait. Then nobody else looks whether it
    /// is free.
    std::function<std::unique_ptr<child>()> sleeper = {};
    /// Options of strace: what is wrong all the while. What it is about is not faulted.
    std::string injections = {};
    /// It has other ways for most that fails: an error need not be told.
    bool has_other_ways = false;
    /// Directories are listed for who is in them, not only for a report.
    bool lists_readers = false;
    /// What is called to keep other threads going, by meaning (system_calls.hpp).
    std::set<std::string> others_calls = {};
    /// The number of its calls depends on other processes: fault the first of each name.
    bool varies = false;
};

struct fault
{
    std::string call;
    unsigned occurrence; ///< among the calls of this name, from 1
    std::string text;    ///< of the call, as strace shows it
    std::string error;   ///< the name of an errno; empty: a kill

    std::string meaning() const; ///< of the call, as in system_calls.hpp

    friend std::ostream& operator<<(std::ostream&, fault const&);
};

class fault_points
{
public:
    /// Runs the sequence once to learn its calls. Throws where nothing is said about how one of
    /// them may fail.
    explicit fault_points(sequence);
    ~fault_points();

    std::vector<fault> const& all() const { return faults_; }

    /// Runs the sequence with the fault. Says what was wrong, or nothing: whether two had the lock,
    /// or nobody could have it afterwards; whether the error was kept back, or another one told;
    /// whether descriptors, watches or memory were left, or a lock that cannot be taken again.
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
void check_faults(fault_points const& points, std::vector<fault> const& faults, sample_size size);

} // namespace filelock_test

#endif
