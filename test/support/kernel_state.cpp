// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "kernel_state.hpp"

#include "patience.hpp"

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <thread>

#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace filelock_test {
namespace fs = boost::filesystem;
namespace {

// The calls that the C library makes. On 32-bit systems these are the calls for large files and
// 64-bit times.
#if defined(SYS_fcntl64)
constexpr long call_of_fcntl = SYS_fcntl64;
#else
constexpr long call_of_fcntl = SYS_fcntl;
#endif
#if defined(SYS_ppoll_time64)
constexpr long call_of_ppoll = SYS_ppoll_time64;
#else
constexpr long call_of_ppoll = SYS_ppoll;
#endif

struct kernel_timespec
{
    std::int64_t tv_sec, tv_nsec;
};

// Returns whether a thread of the process sleeps in `fcntl`. (The first word is the number of the
// system call.)
bool is_in_fcntl(pid_t pid)
{
    boost::system::error_code gone;
    fs::directory_iterator it("/proc/" + std::to_string(pid) + "/task", gone);
    for (fs::directory_iterator const end; it != end && !gone; it.increment(gone)) {
        std::ifstream in((it->path() / "syscall").string());
        long number = -1;
        if (in >> number && number == call_of_fcntl)
            return true;
    }
    return false;
}

// Reads lines such as "12: -> FLOCK ADVISORY WRITE 4711 fe:00:131 0 EOF". The device is not
// compared: some file systems show another number there than `stat` does. For an open file's record
// lock the kernel shows -1 as the process.
bool is_blocked(pid_t pid, ino_t inode)
{
    std::ifstream locks("/proc/locks");
    std::string line;
    while (std::getline(locks, line)) {
        std::istringstream words(line);
        std::string number, arrow, type, advisory, mode, holder, file;
        words >> number >> arrow >> type >> advisory >> mode >> holder >> file;
        if (arrow == "->" && file.substr(file.rfind(':') + 1) == std::to_string(inode) &&
            (holder == std::to_string(pid) || (holder == "-1" && is_in_fcntl(pid))))
            return true;
    }
    return false;
}

// Returns the letter after the command's name in parentheses.
char state_of(pid_t pid)
{
    std::ifstream in("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(in, line);
    auto const end = line.rfind(')');
    return end != line.npos && line.size() > end + 2 ? line[end + 2] : ' ';
}

bool is_asleep(pid_t pid)
{
    return state_of(pid) == 'S';
}

// Returns whether the process is in a poll with a short timeout. The third argument of ppoll(2)
// points to the timeout.
bool is_in_short_poll(pid_t pid)
{
    std::ifstream in("/proc/" + std::to_string(pid) + "/syscall");
    long number = -1;
    std::string first, second, third;
    if (!(in >> number >> first >> second >> third))
        return true; // it has just woken up
    if (number != call_of_ppoll)
        return false;
    auto const address = std::stoull(third, nullptr, 16);
    kernel_timespec timeout;
    ::iovec ours{&timeout, sizeof timeout};
    ::iovec theirs{reinterpret_cast<void*>(static_cast<std::uintptr_t>(address)), sizeof timeout};
    return address != 0 && ::process_vm_readv(pid, &ours, 1, &theirs, 1, 0) == sizeof timeout &&
           timeout.tv_sec == 0 && timeout.tv_nsec <= 10'000'000;
}

// Returns how often the process's threads have gone to sleep.
long switches(pid_t pid)
{
    long sum = 0;
    for (auto const& task : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task")) {
        std::ifstream in((task.path() / "status").string());
        for (std::string word; in >> word;)
            if (long n; word == "voluntary_ctxt_switches:" && in >> n)
                sum += n;
    }
    return sum;
}

bool is_open(pid_t pid, fs::path const& path)
{
    boost::system::error_code gone; // the task may end meanwhile
    for (auto const& entry : fs::directory_iterator("/proc/" + std::to_string(pid) + "/fd"))
        if (fs::read_symlink(entry.path(), gone) == path)
            return true;
    return false;
}

template <class Condition>
void wait_until(Condition condition, char const* what)
{
    if (!comes_true(condition))
        throw std::runtime_error(std::string("timed out: a process that ") + what);
}

} // namespace

void wait_until_blocked(pid_t pid, std::string const& path)
{
    struct ::stat s;
    if (::stat(path.c_str(), &s) != 0)
        throw std::runtime_error("stat " + path);
    wait_until([&] { return is_blocked(pid, s.st_ino); }, "waits for a lock");
}

void wait_until_asleep(pid_t pid)
{
    wait_until([&] { return is_asleep(pid); }, "sleeps");
}

void wait_until_settled(pid_t pid)
{
    wait_until([&] { return state_of(pid) == 'Z' || (is_asleep(pid) && !is_in_short_poll(pid)); },
               "sleeps for longer");
}

void wait_until_quiet(pid_t pid)
{
    wait_until(
        [&] {
            auto const before = switches(pid);
            std::this_thread::sleep_for(std::chrono::milliseconds(100));
            return switches(pid) == before;
        },
        "does nothing");
}

void wait_until_open(pid_t pid, std::string const& path)
{
    wait_until([&] { return is_open(pid, path); }, "has a file open");
}

std::string host_name()
{
    char name[256] = {};
    if (::gethostname(name, sizeof name - 1) != 0)
        throw std::runtime_error("gethostname");
    return name;
}

std::size_t open_descriptors()
{
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

std::size_t inotify_watches()
{
    std::size_t found = 0;
    for (auto const& entry : fs::directory_iterator("/proc/self/fd")) {
        std::ifstream in("/proc/self/fdinfo/" + entry.path().filename().string());
        for (std::string line; std::getline(in, line);)
            found += line.find("inotify wd:") == 0;
    }
    return found;
}

std::vector<int> descriptors_open_on(std::string const& path)
{
    std::vector<int> found;
    struct ::stat file, s;
    if (::stat(path.c_str(), &file) != 0)
        throw std::runtime_error("stat " + path);
    for (auto const& entry : fs::directory_iterator("/proc/self/fd")) {
        int const fd = std::stoi(entry.path().filename().string());
        if (::fstat(fd, &s) == 0 && s.st_dev == file.st_dev && s.st_ino == file.st_ino)
            found.push_back(fd);
    }
    return found;
}

namespace {

/// Returns the descriptors of this process on files whose path satisfies the condition.
template <class Condition>
std::vector<int> descriptors_where(Condition const& holds)
{
    std::vector<int> found;
    boost::system::error_code gone; // another thread may have closed it
    for (auto const& entry : fs::directory_iterator("/proc/self/fd"))
        if (holds(fs::read_symlink(entry.path(), gone)))
            found.push_back(std::stoi(entry.path().filename().string()));
    return found;
}

} // namespace

std::vector<int> descriptors_of(std::string const& name)
{
    return descriptors_where([&](fs::path const& path) { return path.filename() == name; });
}

std::vector<int> descriptors_below(std::string const& directory)
{
    return descriptors_where(
        [&](fs::path const& path) { return path.string().find(directory) == 0; });
}

} // namespace filelock_test
