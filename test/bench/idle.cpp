// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The cost of a process that waits for ten seconds while nothing happens: processor time, and how
// often it wakes up. Python is measured where its interpreter is the argument. All processes wait
// at the same time, each for its own lock: a process that polls would wake the others.

#include "measure.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/directory.hpp>

#include <chrono>
#include <deque>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

using namespace bench;
namespace fs = boost::filesystem;

namespace {

using boost::filelock::acquire_options;
using std::chrono::seconds;

constexpr seconds idle(10), start(2), whole_wait(60);

struct cost
{
    double microseconds = 0; // of processor time
    double wakes = 0;
};

/// Returns the cost of all threads of the process so far (proc(5)). `getrusage` reports a child's
/// cost only at its end.
cost so_far(pid_t pid)
{
    cost all;
    for (auto const& thread : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        double nanoseconds = 0;
        std::ifstream((thread.path() / "schedstat").string()) >> nanoseconds;
        all.microseconds += nanoseconds / 1e3;
        std::ifstream status((thread.path() / "status").string());
        for (std::string key; status >> key;) {
            double wakes = 0;
            if (key == "voluntary_ctxt_switches:" && status >> wakes)
                all.wakes += wakes;
            status.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
        }
    }
    return all;
}

/// One way to wait.
struct way
{
    std::string name;
    std::unique_ptr<process> waiter;
    cost before{}, after{};
    std::unique_ptr<process> strace{};
    std::string log{};
};

void trace(way& w)
{
    w.strace = std::make_unique<process>(std::vector<std::string>{
        "timeout", "--signal=INT", std::to_string(idle.count()), "strace", "-f", "-qq", "-a1", "-o",
        w.log, "-p", std::to_string(w.waiter->pid())});
}

/// Returns the number of system calls, or a negative number where strace cannot count them.
double system_calls(way& w)
{
    w.strace->wait();
    std::ifstream in(w.log);
    if (!in)
        return -1;
    // A call that was in progress when strace attached or detached is logged in part.
    double count = 0;
    for (std::string line; std::getline(in, line);)
        count += line.find(") = ") != line.npos || line.find(") = ?") != line.npos;
    return count;
}

/// Measures the ways and ends their processes, before the holders release.
void measure(std::vector<way> ways, fs::path const& directory)
{
    std::this_thread::sleep_for(start);
    for (auto& w : ways)
        w.before = so_far(w.waiter->pid());
    std::this_thread::sleep_for(idle);
    for (auto& w : ways)
        w.after = so_far(w.waiter->pid());
    for (auto& w : ways) {
        w.log = (directory / ("strace." + std::to_string(w.waiter->pid()))).string();
        trace(w);
    }
    for (auto& w : ways) {
        double const us = w.after.microseconds - w.before.microseconds;
        double const wakes = w.after.wakes - w.before.wakes, calls = system_calls(w);
        report("ten idle seconds, processor time", w.name, us, "us", us / 1e7, "the time");
        report("ten idle seconds, wake-ups", w.name, wakes, "", wakes / 10, "one a second");
        if (calls >= 0)
            report("ten idle seconds, system calls", w.name, calls, "", calls / 10, "one a second");
    }
}

char const* const python = "import sys, filelock\n"
                           "getattr(filelock, sys.argv[1])(sys.argv[2]).acquire()\n";

/// The ways to wait for one kind of lock, and for Python's lock of that kind.
template <class Lock>
class ways_to_wait
{
public:
    ways_to_wait(std::vector<way>& all, std::string const& kind, fs::path const& directory,
                 char const* interpreter = nullptr, std::string const& python_class = {})
        : all_(all), kind_(kind), directory_(directory)
    {
        add("lock", [](Lock& lock) { lock.lock(); });
        add("try_lock_for", [](Lock& lock) { check(!lock.try_lock_for(whole_wait)); });
        add("acquire, asked to cancel every poll_interval", [](Lock& lock) {
            acquire_options how;
            how.timeout = whole_wait;
            how.cancel_check = [] { return false; };
            boost::system::error_code ec;
            check(!lock.acquire(how, ec));
        });
        if (interpreter)
            all_.push_back({"Python's " + python_class,
                            std::make_unique<process>(std::vector<std::string>{
                                interpreter, "-c", python, python_class, one_that_is_held()})});
    }

private:
    void add(char const* how, std::function<void(Lock&)> const& wait)
    {
        auto const path = one_that_is_held();
        all_.push_back({kind_ + ", " + how, std::make_unique<process>([&] {
                            Lock lock(path);
                            wait(lock);
                        })});
    }

    std::string one_that_is_held()
    {
        auto const path = (directory_ / (kind_ + std::to_string(holders_.size()))).string();
        holders_.emplace_back(path).lock();
        return path;
    }

    std::vector<way>& all_;
    std::string kind_;
    fs::path directory_;
    std::deque<Lock> holders_;
};

} // namespace

int main(int argc, char** argv)
{
    char const* const interpreter = argc > 1 ? argv[1] : nullptr;
    temporary_directory const directory;
    std::vector<way> all;
    ways_to_wait<boost::filelock::file_lock> const file(all, "file_lock", directory.path,
                                                        interpreter, "FileLock");
    ways_to_wait<boost::filelock::soft_file_lock> const soft(all, "soft_file_lock", directory.path,
                                                             interpreter, "SoftFileLock");
    ways_to_wait<boost::filelock::read_write_lock> const ranges(all, "read_write_lock",
                                                                directory.path);
    ways_to_wait<boost::filelock::soft_read_write_lock> const tree(all, "soft_read_write_lock",
                                                                   directory.path);
    measure(std::move(all), directory.path);
}
