// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Many processes take a lease in turn, and are killed. The fence numbers grow in the order of the
// holds.

#include "support/sample.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filelock/fence_guard.hpp>
#include <boost/filelock/soft_file_lease.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/system_error.hpp>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <new>
#include <random>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::error;
using boost::filelock::fence_guard;
using boost::filelock::lock_error;
using boost::filelock::soft_file_lease;
using boost::system::error_code;
namespace fs = boost::filesystem;

namespace {

enum fault
{
    none = 0,
    too_long = 10,
    refused,
    exception
};

/// Many processes that take the lock in turn, write their numbers to the resource while they hold
/// it, and are killed.
struct crowd : temporary_directory
{
    fs::path const guard = directory / "guard", resource = directory / "resource";
    static constexpr unsigned together = 16;
    unsigned const wanted = together * by_extent(8u, 40u, 200u);
    std::atomic<unsigned>* const holds = shared_counter();
    std::vector<pid_t> living;
    std::map<int, unsigned> outcomes; // processes by exit status; -9 counts killed ones
    std::minstd_rand random{unsigned(sampled_choice(1'000'000))};

    ~crowd() { ::munmap(holds, sizeof *holds); }

    static std::atomic<unsigned>* shared_counter()
    {
        void* const place = ::mmap(nullptr, sizeof(std::atomic<unsigned>), PROT_READ | PROT_WRITE,
                                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        if (place == MAP_FAILED)
            throw std::system_error(errno, std::generic_category(), "mmap");
        return new (place) std::atomic<unsigned>(0);
    }

    fault work(unsigned seed) const
    {
        std::minstd_rand its_random(seed);
        auto const may_die = [&] {
            if (its_random() % 12 == 0)
                ::raise(SIGKILL);
        };
        soft_file_lease lease(path);
        fence_guard its_guard(guard);
        int const fd = ::open(resource.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
        while (*holds < wanted) {
            if (!lease.try_lock_for(patience))
                return too_long;
            may_die();
            error_code ec;
            auto const number = lease.fence(ec);
            if (ec && ec != error::hold_lost)
                throw boost::system::system_error(ec);
            may_die();
            try {
                if (!ec)
                    its_guard.run(number, [&] {
                        auto const line = std::to_string(number) + '\n';
                        may_die();
                        if (::write(fd, line.data(), line.size()) != ssize_t(line.size()))
                            throw std::runtime_error("write");
                        ++*holds;
                        may_die();
                    });
            } catch (lock_error const& e) {
                // The process may have been late by more than the duration of the lease.
                if (e.code() != error::fence_passed || lease.still_held(ec))
                    return refused;
            }
            lease.unlock();
        }
        return none;
    }

    void start()
    {
        auto const seed = unsigned(random());
        auto const pid = ::fork();
        if (pid == -1)
            throw std::system_error(errno, std::generic_category(), "fork");
        if (pid != 0) {
            living.push_back(pid);
            return;
        }
        int result = exception;
        try {
            result = work(seed);
        } catch (std::exception const& e) {
            std::cerr << e.what() << '\n';
        }
        ::_exit(result);
    }

    /// Waits for the end of one process, and kills another. Returns whether the first was killed.
    bool bury()
    {
        int status;
        auto const pid = ::wait(&status);
        if (pid == -1)
            throw std::system_error(errno, std::generic_category(), "wait");
        living.erase(std::find(living.begin(), living.end(), pid));
        ++outcomes[WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status)];
        if (!WIFSIGNALED(status))
            return false;
        if (!living.empty() && random() % 2 == 0)
            ::kill(living[random() % living.size()], SIGKILL);
        return true;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(fence_races, crowd)

BOOST_AUTO_TEST_CASE(of_killed_processes_get_numbers_that_grow_in_the_order_of_the_holds)
{
    for (unsigned i = 0; i < together; ++i)
        start();
    while (!living.empty())
        if (bury() && *holds < wanted) {
            restart_hang_timer();
            start();
        }
    for (auto const wrong : {too_long, refused, exception})
        BOOST_TEST(outcomes[wrong] == 0u, outcomes[wrong] << " ended with " << wrong);
    BOOST_TEST(outcomes[-SIGKILL] > wanted / 50);
    std::ifstream in(resource.string());
    std::uint64_t last = 0, n;
    unsigned lines = 0;
    for (; in >> n; last = n, ++lines)
        BOOST_TEST(n > last);
    BOOST_TEST(lines >= wanted);
    BOOST_TEST(fence_guard(guard).highest() >= last);
    soft_file_lease lease(path);
    BOOST_TEST_REQUIRE(lease.try_lock_for(patience));
    BOOST_TEST(lease.fence() > last);
    lease.unlock();
    BOOST_TEST_MESSAGE(outcomes[-SIGKILL] << " processes were killed, last number " << last);
}

BOOST_AUTO_TEST_SUITE_END()
