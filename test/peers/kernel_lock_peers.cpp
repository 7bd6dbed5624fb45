// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// flock(1) and Python's filelock on the same path.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/other_programs.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/thread/lock_guard.hpp>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include <boost/test/unit_test.hpp>

using boost::filelock::file_lock;
using namespace filelock_test;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace ut = boost::unit_test;

namespace {

// Only Debian's interpreter finds Debian's packages, and it need not be the first in PATH.
command python(std::string const& program, boost::filesystem::path const& path)
{
    return {"/usr/bin/python3", "-c", "import sys, filelock, logging\n" + program, path.string()};
}

// Acquires the lock, prints "held", and keeps the lock until it reads a line.
command python_holder(boost::filesystem::path const& path)
{
    return python("with filelock.FileLock(sys.argv[1]):\n"
                  "    print('held', flush=True)\n"
                  "    sys.stdin.readline()\n",
                  path);
}

int our_holder(boost::filesystem::path const& path)
{
    file_lock lock(path);
    lock.lock();
    say("held");
    hear();
    lock.unlock();
    return 0;
}

enum class end_of_hold
{
    release,
    kill
};

void we_wait_for(child& holder, boost::filesystem::path const& path, end_of_hold how)
{
    holder.expect("held");
    file_lock lock(path, {milliseconds(1)});
    BOOST_TEST(!lock.try_lock());
    BOOST_TEST(!lock.try_lock_for(milliseconds(20)));

    child timed([&] {
        file_lock l(path, {milliseconds(1)});
        say("waiting");
        return l.try_lock_for(patience) ? 0 : 1;
    });
    child sleeping([&] {
        file_lock l(path);
        l.lock();
        return 0;
    });
    timed.expect("waiting");
    wait_until_blocked(sleeping.pid(), path.string());
    if (how == end_of_hold::kill)
        holder.kill();
    else
        holder.write_line("enough");
    BOOST_TEST(timed.wait() == 0);
    BOOST_TEST(sleeping.wait() == 0);
    BOOST_TEST(lock.try_lock_for(patience));
    BOOST_TEST(holder.wait() == (how == end_of_hold::kill ? -SIGKILL : 0));
}

// `probe` exits at once, with 0 if it got the lock and else with 1. `waiter` sleeps for the lock.
void it_waits_for_us(command const& probe, command const& waiter,
                     boost::filesystem::path const& path)
{
    for (auto const how : {end_of_hold::release, end_of_hold::kill}) {
        child holder([&] { return our_holder(path); });
        holder.expect("held");
        BOOST_TEST(child(probe).wait() == 1);
        child waiting(waiter);
        waiting.expect("waiting");
        BOOST_TEST(child(probe).wait() == 1);
        if (how == end_of_hold::kill)
            holder.kill();
        else
            holder.write_line("enough");
        waiting.expect("got it");
        BOOST_TEST(waiting.wait() == 0);
        BOOST_TEST(child(probe).wait() == 0);
    }
}

long number_in(boost::filesystem::path const& file)
{
    long n = 0;
    std::ifstream(file.string()) >> n;
    return n;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(peers, temporary_directory)

BOOST_AUTO_TEST_CASE(we_wait_for_flock, *ut::precondition(have_flock))
{
    for (auto const how : {end_of_hold::release, end_of_hold::kill}) {
        child holder(flock_holder(path));
        we_wait_for(holder, path, how);
    }
}

BOOST_AUTO_TEST_CASE(we_wait_for_python, *ut::precondition(have_python_filelock))
{
    for (auto const how : {end_of_hold::release, end_of_hold::kill}) {
        child holder(python_holder(path));
        we_wait_for(holder, path, how);
    }
}

BOOST_AUTO_TEST_CASE(we_wait_for_ourselves)
{
    for (auto const how : {end_of_hold::release, end_of_hold::kill}) {
        child holder([&] { return our_holder(path); });
        we_wait_for(holder, path, how);
    }
}

BOOST_AUTO_TEST_CASE(flock_waits_for_us, *ut::precondition(have_flock))
{
    it_waits_for_us({"flock", "-n", path.string(), "true"},
                    {"sh", "-c", "echo waiting; exec flock \"$0\" echo 'got it'", path.string()},
                    path);
    child holder([&] { return our_holder(path); });
    holder.expect("held");
    BOOST_TEST(child({"flock", "-w", "0.02", path.string(), "true"}).wait() == 1);
}

BOOST_AUTO_TEST_CASE(python_waits_for_us, *ut::precondition(have_python_filelock))
{
    auto const probe = python("try:\n"
                              "    filelock.FileLock(sys.argv[1]).acquire(timeout=0)\n"
                              "except filelock.Timeout:\n"
                              "    sys.exit(1)\n",
                              path);
    auto const waiter = python("print('waiting', flush=True)\n"
                               "with filelock.FileLock(sys.argv[1]):\n"
                               "    print('got it', flush=True)\n",
                               path);
    it_waits_for_us(probe, waiter, path);
}

BOOST_AUTO_TEST_CASE(eight_mixed_processes_lose_no_increment,
                     *ut::precondition(have_flock) * ut::precondition(have_python_filelock))
{
    constexpr int each = 250;
    auto const counter = directory / "counter";
    std::ofstream(counter.string()) << "0\n";
    auto const ours = [&] {
        file_lock lock(path, {milliseconds(1)});
        for (int i = 0; i < each; ++i) {
            boost::lock_guard<file_lock> guard(lock);
            auto const n = number_in(counter);
            std::ofstream(counter.string()) << n + 1 << '\n';
        }
        return 0;
    };
    auto pythons = python("lock = filelock.FileLock(sys.argv[1])\n"
                          "for i in range(int(sys.argv[3])):\n"
                          "    with lock:\n"
                          "        n = int(open(sys.argv[2]).read())\n"
                          "        with open(sys.argv[2], 'w') as f:\n"
                          "            print(n + 1, file=f)\n",
                          path);
    pythons.insert(pythons.end(), {counter.string(), std::to_string(each)});
    command const shell{"sh",
                        "-c",
                        "i=0; while [ $i -lt $2 ]; do i=$((i+1));"
                        " flock \"$0\" sh -c 'read n < \"$0\"; echo $((n+1)) > \"$0\"' \"$1\""
                        " || exit 1; done",
                        path.string(),
                        counter.string(),
                        std::to_string(each)};

    std::vector<std::unique_ptr<child>> all;
    for (int i = 0; i < 3; ++i)
        all.push_back(std::make_unique<child>(ours));
    for (int i = 0; i < 3; ++i)
        all.push_back(std::make_unique<child>(pythons));
    for (int i = 0; i < 2; ++i)
        all.push_back(std::make_unique<child>(shell));
    for (auto& one : all)
        BOOST_TEST(one->wait() == 0);
    BOOST_TEST(number_in(counter) == 2000);
}

BOOST_AUTO_TEST_CASE(the_content_of_the_file_stays)
{
    std::ofstream(path.string()) << "foreign notes\n";
    file_lock lock(path);
    lock.lock();
    lock.unlock();
    std::string line;
    std::ifstream in(path.string());
    std::getline(in, line);
    BOOST_TEST(line == "foreign notes");
}

BOOST_AUTO_TEST_SUITE_END()
