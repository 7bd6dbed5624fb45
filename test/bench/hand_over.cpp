// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How long it takes from the unlock in one process to the lock in another, which is asleep in one
// of our waits, against the kernel's own wait.

#include <boost/filelock/file_lock.hpp>
#include <boost/filesystem/operations.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace {

using boost::filelock::file_lock;

constexpr int rounds = 1000;

void check(bool worked)
{
    if (!worked)
        throw std::runtime_error("a system call of the benchmark failed");
}

// One clock for all processes.
long long now()
{
    timespec t;
    ::clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1'000'000'000LL + t.tv_nsec;
}

// Whether it sleeps in this system call. (The first word is its number, or "running".)
bool is_asleep_in(pid_t pid, long call)
{
    std::ifstream in("/proc/" + std::to_string(pid) + "/syscall");
    long number = -1;
    return in >> number && number == call;
}

/// A process that takes the lock when it is told to, and says when it had it.
class waiter
{
public:
    waiter(std::function<void()> const& lock, std::function<void()> const& unlock)
    {
        int ends[2];
        check(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
        pid_ = ::fork();
        check(pid_ != -1);
        if (pid_ == 0) {
            ::close(ends[0]);
            char go;
            while (::read(ends[1], &go, 1) == 1) {
                lock();
                auto const had = now();
                unlock();
                if (::write(ends[1], &had, sizeof had) != sizeof had)
                    ::_exit(1);
            }
            ::_exit(0);
        }
        ::close(ends[1]);
        socket_ = ends[0];
    }
    ~waiter()
    {
        ::close(socket_);
        ::waitpid(pid_, nullptr, 0);
    }
    waiter(waiter const&) = delete;
    waiter& operator=(waiter const&) = delete;

    pid_t pid() const { return pid_; }
    void go() { check(::write(socket_, "g", 1) == 1); }
    long long had()
    {
        long long t;
        check(::read(socket_, &t, sizeof t) == sizeof t);
        return t;
    }

private:
    pid_t pid_;
    int socket_;
};

/// Nanoseconds from before the unlock here to the lock there.
std::vector<double> measure(waiter& w, long sleeps_in, std::string const& path)
{
    std::vector<double> times;
    file_lock lock(path);
    for (int i = 0; i < rounds; ++i) {
        lock.lock();
        w.go();
        while (!is_asleep_in(w.pid(), sleeps_in))
            ;
        auto const start = now();
        lock.unlock();
        times.push_back(static_cast<double>(w.had() - start));
    }
    return times;
}

double median(std::vector<double> values)
{
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

} // namespace

int main()
{
    auto const directory = boost::filesystem::temp_directory_path() /
                           boost::filesystem::unique_path("filelock-bench-%%%%-%%%%");
    boost::filesystem::create_directory(directory);
    std::string const path = (directory / "bench.lock").string();

    int fd = -1;
    waiter kernel(
        [&] {
            fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
            check(::flock(fd, LOCK_EX) == 0);
        },
        [&] { ::close(fd); });
    double const base = median(measure(kernel, SYS_flock, path));
    std::printf("%-36s %9.1f us\n", "flock(2)", base / 1000);

    boost::filelock::file_lock_options options;
    options.poll_interval = std::chrono::hours(1);
    file_lock lock(path, options);
    auto const compare = [&](char const* name, long sleeps_in, std::function<void()> const& take) {
        waiter w(take, [&] { lock.unlock(); });
        double const time = median(measure(w, sleeps_in, path));
        std::printf("%-36s %9.1f us  %6.3f x flock(2)\n", name, time / 1000, time / base);
    };
    compare("lock", SYS_flock, [&] { lock.lock(); });
    compare("try_lock_for", SYS_ppoll, [&] { check(lock.try_lock_for(std::chrono::hours(1))); });
    boost::filelock::acquire_options how;
    how.on_wait = [](auto const&) {};
    how.progress_interval = std::chrono::hours(1);
    compare("acquire", SYS_ppoll, [&] { lock.acquire(how); });
    boost::filesystem::remove_all(directory);
}
