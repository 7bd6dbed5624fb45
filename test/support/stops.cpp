// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "stops.hpp"

#include "system_calls.hpp"

#include <boost/filesystem/operations.hpp>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <fstream>
#include <map>
#include <new>
#include <ostream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>

namespace filelock_test {
namespace fs = boost::filesystem;

// Uses shared memory, since any system call would be another point to stop at.
struct stopped::shared
{
    std::atomic<bool> is_done{false};

    static shared* make()
    {
        void* const place = ::mmap(nullptr, sizeof(shared), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (place == MAP_FAILED)
            throw std::system_error(errno, std::generic_category(), "mmap");
        return new (place) shared;
    }
    static void unmake(shared* s) { ::munmap(s, sizeof(shared)); }
};

namespace {

int perform(deed const& what, std::atomic<bool>& is_done)
{
    if (what.first)
        what.first();
    say("ready");
    hear();
    say("begins");
    auto const result = what.then();
    is_done = true;
    say(result);
    hear();
    say(what.last ? what.last() : "");
    return 0;
}

std::string stop_at(std::string const& call, std::string const& when)
{
    return " -e inject=" + call + ":signal=SIGSTOP:when=" + when;
}

std::string injections(stop_point const& a, stop_point const& b)
{
    auto const first = std::to_string(a.occurrence), second = std::to_string(b.occurrence);
    if (a.call.empty())
        return "";
    if (b.call.empty())
        return stop_at(a.call, first);
    if (a.call != b.call)
        return stop_at(a.call, first) + stop_at(b.call, second);
    return stop_at(a.call,
                   first + ".." + second + "+" + std::to_string(b.occurrence - a.occurrence));
}

} // namespace

std::string stop_point::meaning() const
{
    return meaning_of(call, text);
}

std::ostream& operator<<(std::ostream& out, stop_point const& p)
{
    return out << "stopped after " << p.call << ' ' << p.occurrence << ": " << p.text;
}

stopped::stopped(deed const& what, stop_point const& after, stop_point const& and_after)
    : log_(fs::temp_directory_path() / fs::unique_path("filelock-test-%%%%-%%%%.strace")),
      said_(shared::make(), shared::unmake),
      process_([&what, this] { return perform(what, said_->is_done); })
{
    process_.expect("ready");
    tracer_ =
        std::make_unique<tracer>(process_.pid(), "-s 200 -o '" + log_.string() + "' " +
                                                     what.faults + injections(after, and_after));
    process_.write_line("go");
    if (!is_stopped_before_it_begins())
        wait_for_stop();
}

stopped::~stopped()
{
    ::kill(process_.pid(), SIGCONT);
    tracer_.reset();
    boost::system::error_code ignored;
    fs::remove(log_, ignored);
}

// Returns whether the process is stopped before it begins: another of its threads may make the call
// earlier.
bool stopped::is_stopped_before_it_begins()
{
    auto const until = std::chrono::steady_clock::now() + patience;
    while (!process_.has_line()) {
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(process_.pid()), &info,
                     WSTOPPED | WNOHANG | WNOWAIT) != 0)
            throw std::system_error(errno, std::generic_category(), "waitid");
        if (info.si_pid != 0)
            return has_met_ = true;
        if (std::chrono::steady_clock::now() > until)
            throw std::runtime_error("timed out: a process that is to begin");
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    process_.expect("begins");
    return false;
}

// Waits for the stop. A signal that is sent on entry to a call is delivered when the call returns.
void stopped::wait_for_stop()
{
    auto const until = std::chrono::steady_clock::now() + patience;
    while (!said_->is_done) {
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(process_.pid()), &info,
                     WSTOPPED | WEXITED | WNOHANG | WNOWAIT) != 0)
            throw std::system_error(errno, std::generic_category(), "waitid");
        if (info.si_pid != 0) {
            has_met_ = info.si_code == CLD_STOPPED || info.si_code == CLD_TRAPPED;
            return;
        }
        if (std::chrono::steady_clock::now() > until)
            throw maybe_late("timed out: a process that is to be stopped"); // or has lost its hold
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
}

void stopped::go_on_to_next()
{
    process_.kill(SIGCONT);
    has_met_ = false;
    wait_for_stop();
}

std::string stopped::go_on()
{
    process_.kill(SIGCONT);
    auto const line = next_line();
    // The process may have been stopped before the test had read the first line.
    return line == "begins" ? next_line() : line;
}

// strace counts the calls of each thread.
std::string stopped::next_line()
{
    auto const until = std::chrono::steady_clock::now() + patience;
    while (!process_.has_line() && std::chrono::steady_clock::now() < until) {
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(process_.pid()), &info,
                     WSTOPPED | WNOHANG | WNOWAIT) == 0 &&
            info.si_pid != 0)
            process_.kill(SIGCONT);
        std::this_thread::sleep_for(std::chrono::microseconds(200));
    }
    return process_.read_line().value_or("");
}

void stopped::kill()
{
    process_.kill();
    process_.wait();
}

std::string stopped::at_last()
{
    process_.write_line("go");
    auto const result = next_line();
    if (process_.wait() != 0)
        throw std::runtime_error("it died");
    return result;
}

// Reads lines such as "4711 flock(5, LOCK_EX|LOCK_NB) = 0".
std::vector<stop_point> stopped::calls()
{
    tracer_.reset();
    std::vector<stop_point> calls;
    std::map<std::string, unsigned> counts; // by thread and name, as strace counts
    bool has_begun = false;
    std::ifstream in(log_.string());
    for (std::string line; std::getline(in, line);) {
        auto const name = line.find_first_not_of("0123456789 ");
        auto const end = line.find('(', name);
        if (name == line.npos || end == line.npos || line[name] == '<')
            continue; // a signal, the exit, or the end of a call
        stop_point p{line.substr(name, end - name), 0, line.substr(name)};
        p.is_by_first_thread = std::stol(line) == process_.pid();
        p.occurrence = ++counts[line.substr(0, end)];
        if (p.call == "writev" && has_begun)
            break;
        if (has_begun)
            calls.push_back(p);
        has_begun = has_begun || p.call == "writev";
    }
    return calls;
}

std::vector<stop_point> stop_points(deed const& what)
{
    stopped once(what, {});
    once.go_on();
    once.at_last();
    return once.calls();
}

} // namespace filelock_test
