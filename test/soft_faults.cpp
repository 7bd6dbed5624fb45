// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// As faults.cpp, for markers: killed at any system call, or with any call failing.

#define BOOST_TEST_MODULE soft_faults
#include <boost/test/unit_test.hpp>

#include "process/child.hpp"
#include "process/fault_points.hpp"
#include "process/temporary_directory.hpp"
#include "process/tracer.hpp"

#include <boost/filelock/soft_file_lock.hpp>

#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>

#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include <unistd.h>

using namespace filelock_test;
using boost::filelock::acquire_options;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_file_lock_options;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::milliseconds;
using std::chrono::seconds;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

class soft_taker final : public taker
{
public:
    soft_taker(fs::path const& path, soft_file_lock_options const& options) : lock_(path, options)
    {}

    error_code take() override
    {
        error_code ec;
        acquire_options how;
        how.timeout = seconds(20);
        lock_.acquire(how, ec);
        return ec;
    }

    error_code give_back() override
    {
        error_code ec;
        lock_.release(ec);
        return ec;
    }

private:
    soft_file_lock lock_;
};

} // namespace

struct fixture : temporary_directory
{
    soft_file_lock_options options;

    fixture()
    {
        options.poll_interval = milliseconds(100);
        options.malformed_grace = milliseconds(50);
    }

    /// No marker at first.
    sequence free()
    {
        sequence s;
        s.make = [this] { return std::make_unique<soft_taker>(path, options); };
        s.is_free = [other = std::make_shared<soft_file_lock>(path, options)] {
            // What somebody who died has half written is left to him for the grace.
            if (!other->try_lock_for(milliseconds(300)))
                return false;
            other->unlock();
            return true;
        };
        s.is_clean = [this] { return fs::is_empty(directory); };
        s.has_other_ways = true;
        s.prepare = [this] {
            for (auto const& left : fs::directory_iterator(directory))
                fs::remove(left);
            return std::function<void()>();
        };
        return s;
    }

    /// Another has it until it is waited for.
    sequence waiting()
    {
        auto s = free();
        s.prepare = [other = std::make_shared<soft_file_lock>(path, options)] {
            other->lock();
            return [other] { other->unlock(); };
        };
        return s;
    }

    /// One who has died had it.
    sequence after_a_death()
    {
        auto s = free();
        s.prepare = [this] {
            child dies([this] {
                soft_file_lock lock(path);
                lock.lock();
                ::raise(SIGKILL);
                return 0;
            });
            if (dies.wait() != -SIGKILL || !fs::exists(path))
                throw std::runtime_error("nobody has died");
            return std::function<void()>();
        };
        return s;
    }

    /// One who died had only begun its marker.
    sequence after_a_beginning()
    {
        auto s = free();
        s.prepare = [this] {
            std::ofstream(path.string()) << "47";
            fs::last_write_time(path, ::time(nullptr) - 3);
            return std::function<void()>();
        };
        return s;
    }

    static void check(sequence const& what)
    {
        auto const& arguments = ut::framework::master_test_suite();
        bool const everything =
            arguments.argc > 1 && arguments.argv[1] == std::string("everything");
        std::size_t const step = everything ? 1 : 9;
        fault_points const points(what);
        for (std::size_t i = 0; i < points.all().size(); i += step) {
            ::alarm(60);
            auto const& f = points.all()[i];
            auto const problem = points.problem_with(f);
            BOOST_TEST(problem.empty(), f << ": " << problem);
        }
        BOOST_TEST_MESSAGE(points.all().size() << " faults");
    }
};

BOOST_FIXTURE_TEST_SUITE(soft_faults, fixture, *ut::precondition(can_trace))

BOOST_AUTO_TEST_CASE(no_marker)
{
    check(free());
}

BOOST_AUTO_TEST_CASE(permissions_are_set)
{
    options.permissions = fs::perms(0640);
    check(free());
}

BOOST_AUTO_TEST_CASE(after_a_wait)
{
    check(waiting());
}

BOOST_AUTO_TEST_CASE(the_owner_has_died)
{
    auto s = after_a_death();
    s.varies = true; // it looks at every process
    check(s);
}

BOOST_AUTO_TEST_CASE(the_marker_was_only_begun)
{
    check(after_a_beginning());
}

BOOST_AUTO_TEST_CASE(on_network_storage)
{
    options.where = storage::network;
    check(free());
}

BOOST_AUTO_TEST_CASE(the_owner_has_died_on_network_storage)
{
    options.where = storage::network;
    auto s = after_a_death();
    s.varies = true;
    check(s);
}

BOOST_AUTO_TEST_SUITE_END()
