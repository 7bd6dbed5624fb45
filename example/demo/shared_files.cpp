// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// shared_files [PROCESSES [TIMES [DIRECTORY]]]
//
// Several processes increment one counter in a file and write to one log at the same time, first
// without a lock and then with one. The program prints what was lost. It works in a new directory
// below DIRECTORY, or below the system's temporary directory, and removes it at the end.

#include <boost/filelock.hpp>

#include <boost/chrono/duration.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/system_error.hpp>
#include <boost/thread/locks.hpp>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fstream>
#include <iomanip>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

#include <poll.h>
#include <sched.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = boost::filesystem;
using boost::filelock::file_lock;

struct plan
{
    unsigned processes = 4, times = 500;
    fs::path directory;

    unsigned total() const { return processes * times; }
    std::string file(char const* name) const { return (directory / name).string(); }
};

void require(bool worked, char const* what)
{
    if (!worked)
        throw std::runtime_error(what);
}

// Writes a fixed number of digits, so that no digit of an earlier number remains.
void write_counter(std::ostream& file, unsigned number)
{
    file << std::setw(10) << std::setfill('0') << number << std::endl;
    require(file.good(), "cannot write the counter");
}

unsigned read_counter(std::istream& file)
{
    unsigned number = 0;
    require(bool(file >> number), "cannot read the counter");
    return number;
}

std::string tag(unsigned long process, unsigned long sequence)
{
    return std::to_string(process) + ' ' + std::to_string(sequence) + '\n';
}

// One step, which every process repeats.
void update(plan const& p, unsigned process, unsigned sequence)
{
    std::fstream counter(p.file("counter"));
    unsigned const number = read_counter(counter);
    ::sched_yield(); // stands for a computation
    counter.seekp(0);
    write_counter(counter, number + 1);

    // Writes two lines with three writes. Each write goes to the end of the file at that moment.
    std::ofstream log(p.file("log"), std::ios::app);
    log << "record " << std::flush;
    ::sched_yield();
    log << tag(process, sequence) << std::flush;
    ::sched_yield();
    log << "payload " << tag(process, sequence) << std::flush;
    require(log.good(), "cannot write to the log");
}

void update_locked(file_lock& lock, plan const& p, unsigned process, unsigned sequence)
{
    boost::unique_lock<file_lock> guard(lock, boost::chrono::seconds(30));
    require(guard.owns_lock(), "did not get the lock within 30 seconds");
    update(p, process, sequence);
}

// Returns the result of a system call, or throws if it failed. It does not handle EINTR: this
// program catches no signals, so none interrupts a call.
template <class Result>
Result checked(char const* name, Result result)
{
    if (result == -1)
        throw boost::system::system_error(errno, boost::system::system_category(), name);
    return result;
}

// Processes that report each step with a byte in a pipe. When the parent is gone, the pipe has no
// reader, and the processes end at their next step.
class team
{
public:
    team() { checked("pipe", ::pipe(pipe_)); }
    team(team const&) = delete;
    team& operator=(team const&) = delete;
    ~team()
    {
        for (pid_t const pid : pids_)
            ::kill(pid, SIGKILL), ::waitpid(pid, nullptr, 0);
        ::close(pipe_[0]), ::close(pipe_[1]);
    }

    template <class Step>
    void start(unsigned times, Step step)
    {
        auto const pid = checked("fork", ::fork());
        if (pid != 0)
            return pids_.push_back(pid);
        try {
            ::close(pipe_[0]);
            for (unsigned i = 0; i < times; ++i) {
                step(i);
                checked("write", ::write(pipe_[1], "", 1));
            }
            ::_exit(0);
        } catch (std::exception const& e) {
            std::fprintf(stderr, "\na process failed: %s\n", e.what());
            ::_exit(1);
        }
    }

    // Calls `show(number of steps done)` until all processes have ended. Returns whether all of
    // them succeeded.
    template <class Show>
    bool wait(Show show)
    {
        ::close(pipe_[1]), pipe_[1] = -1;
        for (unsigned done = 0;;) {
            pollfd readable{pipe_[0], POLLIN, 0};
            require(checked("poll", ::poll(&readable, 1, 60'000)) != 0,
                    "no process got on for a minute");
            char steps[1000];
            auto const n = checked("read", ::read(pipe_[0], steps, sizeof steps));
            if (n == 0)
                break;
            show(done += static_cast<unsigned>(n));
        }
        bool well = true;
        for (; !pids_.empty(); pids_.pop_back()) {
            int status = 0;
            checked("waitpid", ::waitpid(pids_.back(), &status, 0));
            well = well && WIFEXITED(status) && WEXITSTATUS(status) == 0;
        }
        return well;
    }

private:
    int pipe_[2];
    std::vector<pid_t> pids_;
};

// Shows the progress: on a terminal in one line that it overwrites, elsewhere with a line for each
// quarter.
void show_progress(char const* what, double part, int& shown)
{
    static bool const terminal = ::isatty(STDOUT_FILENO) == 1;
    int const step = terminal ? 1 : 25, percent = static_cast<int>(100 * part) / step * step;
    if (percent == shown)
        return;
    shown = percent;
    std::printf("%s%-16s %3d %%%s", terminal ? "\r" : "", what, percent,
                terminal && percent < 100 ? "" : "\n");
    std::fflush(stdout);
}

struct outcome
{
    unsigned counted = 0, whole = 0, torn = 0; // `torn` records contain something else
    bool in_order = false;                     // each process has all records, in order
    bool all_ended = false;
    double seconds = 0;

    bool nothing_lost(plan const& p) const
    {
        return all_ended && in_order && counted == p.total() && whole == p.total() && torn == 0;
    }
};

// Reads the log into `o`. A payload is one write, so it is found whatever is around it.
void read_log(plan const& p, outcome& o)
{
    std::ifstream file(p.file("log"));
    std::string const log = '\n' + std::string(std::istreambuf_iterator<char>(file), {});
    require(file.good(), "cannot read the log");
    std::vector<unsigned long> next(p.processes);
    bool follow = true;
    for (auto at = log.find("payload"); at != log.npos; at = log.find("payload", at + 1)) {
        char* rest = nullptr;
        auto const process = std::strtoul(log.c_str() + at + std::strlen("payload"), &rest, 10);
        auto const i = std::strtoul(rest, nullptr, 10);
        follow = follow && process < p.processes && next[process]++ == i;
        auto const header = "\nrecord " + tag(process, i);
        bool const whole =
            at >= header.size() && log.compare(at - header.size(), header.size(), header) == 0;
        ++(whole ? o.whole : o.torn);
    }
    o.in_order = follow && next == std::vector<unsigned long>(p.processes, p.times);
}

outcome run(char const* what, plan const& p, bool locked)
{
    std::ofstream counter(p.file("counter")), log(p.file("log"));
    write_counter(counter, 0);
    require(log.good(), "cannot make the log");

    outcome o;
    auto const start = std::chrono::steady_clock::now();
    file_lock lock(p.file("lock")); // after the fork, each process locks independently
    team processes;
    for (unsigned id = 0; id < p.processes; ++id)
        processes.start(p.times, [&, id](unsigned i) {
            locked ? update_locked(lock, p, id, i) : update(p, id, i);
        });
    o.all_ended = processes.wait([&, shown = 0](unsigned done) mutable {
        show_progress(what, double(done) / p.total(), shown);
    });
    o.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();

    std::ifstream result(p.file("counter"));
    o.counted = read_counter(result);
    read_log(p, o);
    return o;
}

void print(char const* what, plan const& p, outcome const& o)
{
    std::printf("%-16s  %8u  %5u  %4d    %4u  %7d  %7.2f\n", what, p.total(), o.counted,
                static_cast<int>(p.total() - o.counted), o.torn,
                static_cast<int>(p.total() - o.whole - o.torn), o.seconds);
}

bool demonstrate(plan const& p)
{
    std::printf("%u processes, %u times each: add one to a number in a file, and a record of two "
                "lines to a log.\n",
                p.processes, p.times);
    outcome const without = run("without the lock", p, false);
    outcome const with = run("with the lock", p, true);
    std::printf("\n                  increments:          records:\n"
                "                  expected  found  lost    torn  missing  seconds\n");
    print("without the lock", p, without);
    print("with the lock", p, with);

    bool const well = without.all_ended && with.nothing_lost(p);
    std::puts(
        !well ? "\nFAILED: a process did not finish, or the lock did not exclude."
        : without.nothing_lost(p)
            ? "\nWith the lock nothing was lost. This time nothing was lost without it either."
            : "\nWith the lock nothing was lost.");
    return well;
}

bool read_number(char const* text, unsigned limit, unsigned& number)
{
    char const* const end = text + std::strlen(text);
    auto const [rest, error] = std::from_chars(text, end, number);
    return error == std::errc() && rest == end && number >= 1 && number <= limit;
}

} // namespace

int main(int argc, char** argv)
{
    plan p;
    if (argc > 4 || (argc > 1 && !read_number(argv[1], 100, p.processes)) ||
        (argc > 2 && !read_number(argv[2], 1'000'000, p.times))) {
        std::fprintf(stderr, "usage: %s [PROCESSES [TIMES [DIRECTORY]]]\n", argv[0]);
        return 64;
    }
    bool well = false;
    try {
        fs::path const parent = argc > 3 ? argv[3] : fs::temp_directory_path();
        p.directory = fs::absolute(parent / fs::unique_path("shared-files-%%%%-%%%%-%%%%"));
        fs::create_directory(p.directory);
        well = demonstrate(p);
    } catch (std::exception const& e) {
        std::fprintf(stderr, "\n%s\n", e.what());
    }
    boost::system::error_code ignored;
    fs::remove_all(p.directory, ignored);
    return well ? 0 : 1;
}
