// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_BESIDE_SQLITE_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_BESIDE_SQLITE_HPP

#include "../peer/sqlite_peer.hpp"
#include "calls.hpp"
#include "child.hpp"
#include "kernel_state.hpp"
#include "markers.hpp"
#include "temporary_directory.hpp"

#include <boost/filelock/read_write_lock.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/error_code.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/data/monomorphic.hpp>
#include <boost/test/unit_test.hpp>

#include <chrono>
#include <sstream>
#include <stdexcept>
#include <string>

#include <poll.h>

// Threads and processes of ours and clients of SQLite at one file.

namespace filelock_test {
namespace fs = boost::filesystem;
using boost::filelock::read_write_lock;
using boost::filelock::read_write_lock_options;

/// All levels, for test cases that run once for each.
inline auto const all_levels = boost::unit_test::data::make(levels);

inline read_write_lock_options quick()
{
    read_write_lock_options options;
    options.poll_interval = std::chrono::milliseconds(1);
    return options;
}

inline bool take(read_write_lock& lock, level l)
{
    return l == level::read      ? lock.try_lock_shared()
           : l == level::upgrade ? lock.try_lock_upgrade()
                                 : lock.try_lock();
}

inline bool take_for(read_write_lock& lock, level l, std::chrono::milliseconds wait)
{
    return l == level::read      ? lock.try_lock_shared_for(wait)
           : l == level::upgrade ? lock.try_lock_upgrade_for(wait)
                                 : lock.try_lock_for(wait);
}

inline void sleep_for_it(read_write_lock& lock, level l)
{
    l == level::read ? lock.lock_shared() : l == level::upgrade ? lock.lock_upgrade() : lock.lock();
}

inline bool is_held(read_write_lock const& lock)
{
    boost::system::error_code ec;
    bool const held = lock.still_held(ec);
    return held && !ec;
}

// Acquires the lock, or gives up when a line arrives. Returns whether it has the lock.
inline bool take_patiently(read_write_lock& lock, level l)
{
    boost::filelock::acquire_options how;
    how.progress_interval = std::chrono::hours(1);
    how.on_wait = [](boost::filelock::wait_status const&) { say("waiting"); };
    how.cancel_check = [] {
        ::pollfd input{0, POLLIN, 0};
        return ::poll(&input, 1, 0) > 0;
    };
    boost::system::error_code ec;
    bool const taken = l == level::read      ? lock.acquire_shared(how, ec)
                       : l == level::upgrade ? lock.acquire_upgrade(how, ec)
                                             : lock.acquire(how, ec);
    if (!taken && ec != boost::system::errc::operation_canceled)
        throw boost::system::system_error(ec);
    return taken;
}

/// A process of ours that performs the operations it is sent.
class one_of_ours : public child
{
public:
    explicit one_of_ours(fs::path const& path) : child([&path] { return serve(path); }), path_(path)
    {}

    bool begin(level l) { return ask("try " + word(l)) == "held"; }

    void wait_to_begin(level l)
    {
        write_line("acquire " + word(l));
        expect("waiting");
    }

    /// Acquires by the call without a limit, which sleeps in the kernel, and then releases. Returns
    /// when the process sleeps.
    void sleep_to_begin(level l)
    {
        write_line("lock " + word(l));
        write_line("release");
        if (l == level::upgrade)
            wait_until_asleep(pid());
        else
            wait_until_blocked(pid(), path_.string());
    }

    void give_up()
    {
        write_line("no more");
        expect("gave up");
    }

    void release()
    {
        write_line("release");
        expect("released");
    }

private:
    static std::string word(level l) { return std::to_string(static_cast<int>(l)); }

    static int serve(fs::path const& path)
    {
        read_write_lock lock(path, quick());
        for (std::string line; !(line = hear()).empty();) {
            std::istringstream words(line);
            std::string verb;
            int number = 0;
            words >> verb >> number;
            auto const l = static_cast<level>(number);
            if (verb == "try")
                say(take(lock, l) ? "held" : "busy");
            else if (verb == "acquire")
                say(take_patiently(lock, l) ? "held" : "gave up");
            else if (verb == "lock")
                sleep_for_it(lock, l), say("held");
            else if (verb == "convert")
                lock.unlock_upgrade_and_lock(), say("converted");
            else if (verb == "release")
                lock.release(), say("released");
        }
        return 0;
    }

    fs::path path_;
};

/// Asks in another thread, which holds no lock.
inline bool is_open_to(level l, fs::path const& path)
{
    return in_thread([&] {
        read_write_lock lock(path);
        return take(lock, l);
    });
}

inline bool is_open_to(level l, sqlite_peer& peer)
{
    bool const begun = peer.begin(l);
    if (begun)
        peer.rollback();
    return begun;
}

/// Waits until the condition becomes true, and checks that it stays true.
template <class Condition>
inline void wait_until_for_good(Condition condition)
{
    auto const until = std::chrono::steady_clock::now() + patience;
    while (!condition())
        if (std::chrono::steady_clock::now() > until)
            throw std::runtime_error("timed out: what was to become true");
    for (int i = 0; i < 20; ++i)
        BOOST_TEST(condition());
}

/// A fixture: a path for a lock and a database.
struct beside_sqlite : temporary_directory
{
    /// Returns the content of a database file.
    std::string const& database() const
    {
        static std::string const content = [this] {
            auto const file = directory / "made";
            sqlite_client client(file);
            if (client.ask("make") != "made" || client.ask("close") != "closed")
                throw std::runtime_error("no database");
            return text_of(file);
        }();
        return content;
    }

    void make_database() const { write_text(path, database()); }

    fs::path journal() const { return path.string() + "-journal"; }
};

/// A fixture: the path is that of a database.
struct at_a_database : beside_sqlite
{
    at_a_database() { make_database(); }
};

} // namespace filelock_test

#endif
