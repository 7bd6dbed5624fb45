// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Threads use locks whose files stay open, while other threads close the idle descriptors.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/idle_descriptors.hpp>
#include <boost/filelock/read_write_lock.hpp>

#include <boost/mpl/list.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using boost::filelock::close_idle_descriptors;
using boost::filelock::file_lock;
using boost::filelock::read_write_lock;

namespace {

using kinds = boost::mpl::list<file_lock, read_write_lock>;

constexpr int threads = 3, rounds = 300;

/// Runs `body` in several threads, each with a lock object of its own on the same file and on a
/// file of its own, while `beside` is called again and again. Returns whether two threads had the
/// lock.
template <class Lock, class F>
bool two_have_it(temporary_directory const& at, F const& beside)
{
    std::atomic<int> holders{0}, effects{0};
    std::atomic<bool> two{false}, ends{false};
    std::vector<std::thread> all;
    for (int i = 0; i < threads; ++i)
        all.emplace_back([&, i] {
            Lock common(at.path), own(at.directory / std::to_string(i));
            for (int round = 0; round < rounds || effects < 5; ++round) {
                own.lock();
                own.unlock();
                common.lock();
                if (++holders != 1)
                    two = true;
                --holders;
                common.unlock();
            }
        });
    std::thread other([&] {
        while (!ends)
            effects += beside();
    });
    for (auto& t : all)
        t.join();
    ends = true;
    other.join();
    return two;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(kept_open_threads, temporary_directory)

BOOST_AUTO_TEST_CASE_TEMPLATE(descriptors_may_be_closed_at_any_time, Lock, kinds)
{
    BOOST_TEST(!two_have_it<Lock>(*this, [] { return close_idle_descriptors() != 0; }));
    BOOST_TEST(descriptors_below(directory.string()).empty());
}

BOOST_AUTO_TEST_CASE_TEMPLATE(process_may_fork_at_any_time, Lock, kinds)
{
    // A child may inherit a descriptor that was being opened or closed. It holds no lock.
    BOOST_TEST(!two_have_it<Lock>(*this, [] { return child([] { return 0; }).wait() == 0; }));
    BOOST_TEST(descriptors_below(directory.string()).empty());
}

BOOST_AUTO_TEST_SUITE_END()
