// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SOFT_READ_WRITE_PARTIES_HPP
#define BOOST_FILELOCK_TEST_SOFT_READ_WRITE_PARTIES_HPP

#include "../peer/soft_read_write_peer.hpp"
#include "child.hpp"
#include "markers.hpp"
#include "patience.hpp"
#include "temporary_directory.hpp"
#include "tree_files.hpp"

#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/system/errc.hpp>
#include <boost/system/error_code.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/unit_test.hpp>

// Two parties share a tree of markers: processes of this library, and Python programs.

namespace filelock_test {

using namespace std::chrono_literals;
using boost::filelock::loss_reason;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using std::chrono::milliseconds;
namespace data = boost::unit_test::data;
namespace fs = boost::filesystem;

inline std::string const reading = "read", writing = "write";

enum class party
{
    ours,
    theirs
};

inline std::ostream& operator<<(std::ostream& out, party p)
{
    return out << (p == party::ours ? "ours" : "theirs");
}

inline party other(party p)
{
    return p == party::ours ? party::theirs : party::ours;
}

inline auto const parties = data::make({party::ours, party::theirs});
inline auto const modes = data::make({reading, writing});
inline auto const conflicting =
    data::make({reading, writing, writing}) ^ data::make({writing, reading, writing});
inline auto const both = data::make({storage::local, storage::network});

using pace = soft_read_write_peer::pace;

// With `slow` no marker becomes stale. With `deadly` even the markers of living holders do, however
// regular their heartbeats are.
inline constexpr pace slow{}, deadly{1ms, 2ms};

inline soft_read_write_lock_options options_for(storage where, pace const& p = slow)
{
    soft_read_write_lock_options options;
    options.poll_interval = p.poll_interval;
    options.heartbeat_interval = p.heartbeat_interval;
    options.stale_threshold = p.stale_threshold;
    options.where = where;
    if (where == storage::network)
        options.settle = 50ms;
    return options;
}

template <class Condition>
void wait_until(Condition condition, char const* what)
{
    if (!comes_true(condition))
        throw std::runtime_error(std::string("timed out: ") + what);
}

inline std::string word(loss_reason reason)
{
    return reason == loss_reason::marker_missing  ? "missing"
           : reason == loss_reason::owner_changed ? "changed"
                                                  : "failed";
}

/// A process that uses this library. It knows some of the peer's commands, and "losses", which
/// waits for a loss and answers COUNT [REASON] of on_loss.
class one_of_ours : public child
{
public:
    one_of_ours(fs::path const& path, soft_read_write_lock_options const& options)
        : child([&] { return serve(path, options); })
    {}

private:
    static int serve(fs::path const& path, soft_read_write_lock_options options)
    {
        std::atomic<int> losses{0};
        std::string reason;
        options.on_loss = [&](boost::filelock::lease_loss const& loss) {
            reason = word(loss.reason);
            ++losses;
        };
        soft_read_write_lock lock(path, options);
        for (std::string line; !(line = hear()).empty();) {
            std::istringstream words(line);
            std::string verb, mode;
            double seconds = 3600;
            words >> verb >> mode >> seconds;
            boost::system::error_code ec;
            if (verb == "try") {
                say((mode == reading ? lock.try_lock_shared() : lock.try_lock()) ? "held" : "busy");
            } else if (verb == "acquire") {
                say(acquire(lock, mode, seconds));
            } else if (verb == "release") {
                lock.release(ec);
                say(ec ? ec.message() : lock.loss() ? "lost" : "released");
            } else if (verb == "still") {
                bool const held = lock.still_held(ec);
                say(ec ? ec.message() : held ? "yes" : "no");
            } else if (verb == "losses") {
                wait_until([&] { return losses != 0; }, "a loss");
                say(std::to_string(losses) + ' ' + reason);
            }
        }
        return 0;
    }

    static std::string acquire(soft_read_write_lock& lock, std::string const& mode, double seconds)
    {
        boost::filelock::acquire_options how;
        how.timeout = std::chrono::milliseconds(static_cast<int>(seconds * 1000));
        how.progress_interval = 2h;
        how.on_wait = [](boost::filelock::wait_status const&) { say("waiting"); };
        boost::system::error_code ec;
        mode == reading ? lock.acquire_shared(how, ec) : lock.acquire(how, ec);
        return !ec ? "held" : ec == boost::system::errc::timed_out ? "timed out" : ec.message();
    }
};

/// Returns the next line, without reports of a wait for `state`, which are a matter of chance.
inline std::string hear_of(child& c)
{
    auto line = c.read_line();
    while (line == "waiting for state")
        line = c.read_line();
    return line.value_or("(it has ended)");
}

inline std::string ask(child& c, std::string const& what)
{
    c.write_line(what);
    return hear_of(c);
}

inline std::string in_seconds(milliseconds time)
{
    return std::to_string(std::chrono::duration<double>(time).count());
}

/// Kills the process and leaves it as a zombie.
inline void die(child& c)
{
    c.kill();
    c.wait_unreaped();
}

/// Kills the process. On network storage its markers look as if it had died before this machine was
/// started.
inline void die_long_ago(child& c, fs::path const& lock)
{
    die(c);
    make_tree_old(lock);
}

inline bool starts(std::string const& text, std::string const& with)
{
    return text.compare(0, with.size(), with) == 0;
}

/// A fixture: a tree of markers, and processes of both parties.
struct two_party_tree : tree_files
{
    std::unique_ptr<child> start(party who, storage where, pace const& p = slow) const
    {
        if (who == party::theirs)
            return std::make_unique<soft_read_write_peer>(path, p);
        return std::make_unique<one_of_ours>(path, options_for(where, p));
    }

    std::unique_ptr<child> holder(party who, std::string const& mode, storage where,
                                  pace const& p = slow) const
    {
        auto c = start(who, where, p);
        BOOST_TEST_REQUIRE(ask(*c, "try " + mode) == "held");
        return c;
    }

    void wait_for_writer() const
    {
        wait_until([&] { return fs::exists(write); }, "a writer");
    }

    /// Returns the path of the only marker.
    fs::path marker(std::string const& mode) const
    {
        return mode == writing ? write : readers / names_in(readers).at(0);
    }
    std::string name(std::string const& mode) const
    {
        return mode == writing ? writing : names_in(readers).at(0);
    }
};

inline void gets_it(child& c)
{
    BOOST_TEST_REQUIRE(hear_of(c) == "held");
    BOOST_TEST(ask(c, "still") == "yes");
    BOOST_TEST(ask(c, "release") == "released");
}

} // namespace filelock_test

#endif
