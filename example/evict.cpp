// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// A cache with a lock file for each entry. Eviction removes the lock file too.

#include <boost/filelock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/thread/locks.hpp>

#include <chrono>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;

// Fails if two processes work on the entry at the same time.
class alone
{
public:
    alone()
    {
        int const file = ::open("cache/working", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file == -1)
            throw std::runtime_error("two processes work on one entry");
        ::close(file);
    }
    ~alone() { ::unlink("cache/working"); }
    alone(alone const&) = delete;
    alone& operator=(alone const&) = delete;
};

std::string make(std::string const& key)
{
    alone const here;
    std::ofstream("cache/" + key) << "the value of " << key;
    std::this_thread::sleep_for(100us);
    return "the value of " + key;
}

void forget(std::string const& key)
{
    alone const here;
    boost::filesystem::remove("cache/" + key);
}

// tag::body[]
using boost::filelock::file_lock;
namespace fs = boost::filesystem;

std::string look_up(std::string const& key)
{
    file_lock lock("cache/" + key + ".lock");
    boost::unique_lock<file_lock> const guard(lock);
    std::string value;
    if (std::ifstream file("cache/" + key); std::getline(file, value))
        return value;
    return make(key);
}

// Returns false if the entry is in use.
bool evict(std::string const& key)
{
    file_lock lock("cache/" + key + ".lock");
    boost::unique_lock<file_lock> const guard(lock, boost::try_to_lock); // exclusive
    if (!guard)
        return false;
    forget(key);
    // Last: from here on the lock excludes no process that comes. Ignore an error: the file may
    // stay.
    boost::system::error_code ignored;
    fs::remove(lock.path(), ignored);
    return true;
}
// end::body[]

// Looks the entry up again and again. Ends with 1 if the lock did not exclude another process.
[[noreturn]] void contend(pid_t parent)
{
    try {
        while (!fs::exists("stop") && ::getppid() == parent)
            if (look_up("key") != "the value of key")
                ::_exit(1);
        ::_exit(0);
    } catch (std::exception const& e) {
        std::cerr << e.what() << '\n';
        ::_exit(1);
    }
}

int main()
{
    pid_t const self = ::getpid();
    pid_t contenders[2];
    for (auto& contender : contenders) {
        contender = ::fork();
        if (contender == -1)
            throw std::runtime_error("cannot fork");
        if (contender == 0)
            contend(self);
    }
    for (int evictions = 0; evictions < 100;) {
        evictions += evict("key");
        std::this_thread::sleep_for(100us);
    }
    std::ofstream("stop").flush();
    bool excluded = true;
    for (auto const contender : contenders) {
        int status = 0;
        ::waitpid(contender, &status, 0);
        excluded = excluded && status == 0;
    }
    std::cout << "two processes worked on the entry at once: " << (excluded ? "no" : "yes") << '\n';

    evict("key");
    std::cout << "a lock file is left: " << (fs::exists("cache/key.lock") ? "yes" : "no") << '\n';
}
