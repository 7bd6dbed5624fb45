// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Many processes contend for one marker, and holders die. A `flock` on another file, which the
// kernel drops when a process ends, proves that there is one holder.

#include "support/temporary_directory.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <iostream>
#include <map>
#include <random>
#include <stdexcept>
#include <string>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
namespace fs = boost::filesystem;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;

namespace {

enum fault
{
    none = 0,
    two_holders = 10,
    too_long,
    exception
};

/// Locks and unlocks until the process dies with the lock, or the parent closes its end of the
/// pipe.
int work(fs::path const& path, fs::path const& proof, int end, unsigned seed)
{
    std::minstd_rand random(seed);
    soft_file_lock_options options;
    options.poll_interval = 1h;
    soft_file_lock lock(path, options);
    int const fd = ::open(proof.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    ::fcntl(end, F_SETFL, O_NONBLOCK);
    for (char c; ::read(end, &c, 1) == -1;) {
        if (!lock.try_lock_for(patience))
            return too_long;
        if (::flock(fd, LOCK_EX | LOCK_NB) != 0)
            return two_holders;
        if (random() % 8 == 0)
            ::raise(SIGKILL);
        ::flock(fd, LOCK_UN);
        lock.unlock();
    }
    return none;
}

struct crowd : temporary_directory
{
    int ends[2];
    fs::path const proof = directory / "proof";
    std::map<int, int> outcomes; // number of processes by exit status; -9 counts killed ones
    unsigned started = 0;

    crowd() { BOOST_TEST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0); }
    ~crowd() { ::close(ends[0]); }

    void start()
    {
        ++started;
        if (::fork() != 0)
            return;
        ::close(ends[1]);
        int result = exception;
        try {
            result = work(path, proof, ends[0], started);
        } catch (std::exception const& e) {
            std::cerr << e.what() << '\n';
        }
        ::_exit(result);
    }
    void bury()
    {
        int status;
        if (::wait(&status) == -1)
            throw std::runtime_error("wait");
        ++outcomes[WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status)];
    }
    void run(unsigned together, unsigned deaths)
    {
        for (unsigned i = 0; i < together; ++i)
            start();
        for (unsigned i = 0; i < deaths; ++i) {
            bury();
            start();
        }
        ::close(ends[1]);
        for (unsigned i = 0; i < together; ++i)
            bury();
        for (auto const wrong : {two_holders, too_long, exception})
            BOOST_TEST(outcomes[wrong] == 0, outcomes[wrong] << " ended with " << wrong);
        BOOST_TEST(outcomes[-SIGKILL] >= static_cast<int>(deaths));
        BOOST_TEST(soft_file_lock(path).holders().size() <= 1u);
        soft_file_lock last(path);
        BOOST_TEST(last.try_lock_for(patience));
        last.unlock();
        // Processes that died while they evicted a marker may have left files.
        for (auto const& entry : fs::directory_iterator(directory))
            BOOST_TEST((entry.path() == proof ||
                        entry.path().filename().string().find(".break") != std::string::npos));
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_races, crowd)

BOOST_AUTO_TEST_CASE(sixteen_processes_evict_dead_markers_one_holder_at_a_time)
{
    run(16, 500);
}

BOOST_AUTO_TEST_SUITE_END()
