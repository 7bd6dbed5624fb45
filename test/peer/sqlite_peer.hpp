// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PEER_SQLITE_PEER_HPP
#define BOOST_FILELOCK_TEST_PEER_SQLITE_PEER_HPP

#include "../support/child.hpp"
#include "../support/preconditions.hpp"

#include <boost/filesystem/path.hpp>
#include <boost/test/unit_test_suite.hpp>

#include <ostream>
#include <stdexcept>
#include <string>
#include <vector>

// Clients of SQLite.

namespace filelock_test {

/// The levels of both a process of ours and a client of SQLite.
enum class level
{
    read,    // a shared lock of ours; BEGIN, and then a statement that reads
    upgrade, // an upgrade lock; BEGIN IMMEDIATE
    write    // an exclusive lock; BEGIN EXCLUSIVE
};

constexpr level levels[] = {level::read, level::upgrade, level::write};

inline std::ostream& operator<<(std::ostream& out, level l)
{
    char const* const words[] = {"read", "upgrade", "write"};
    return out << words[static_cast<int>(l)];
}

/// Returns whether two processes may hold these levels at the same time. All programs agree on
/// this.
constexpr bool go_together(level a, level b)
{
    return a != level::write && b != level::write && (a == level::read || b == level::read);
}

/// A process that has a database open, with one transaction at most.
class sqlite_peer : public child
{
public:
    virtual ~sqlite_peer() = default;

    virtual void open(boost::filesystem::path const& path) = 0;

    /// Makes one attempt. Returns whether the transaction has begun.
    virtual bool begin(level l) = 0;

    virtual void rollback() = 0;

    /// Kills the peer and returns when it has ended. It is still a zombie then.
    void die()
    {
        kill();
        wait_unreaped();
    }

protected:
    using words = std::vector<std::string>;
    using child::child;

    static void demand(std::string const& found, char const* wanted)
    {
        if (found != wanted)
            throw std::runtime_error("SQLite's client says '" + found + "' and not " + wanted);
    }
};

/// Runs sqlite_client.py. The script is an argument of the test program, or lies beside this
/// source.
class sqlite_client : public sqlite_peer
{
public:
    explicit sqlite_client(boost::filesystem::path const& path) : sqlite_client(path, words()) {}

    void open(boost::filesystem::path const& path) override
    {
        demand(ask("open " + path.string()), "opened");
    }

    bool begin(level l) override
    {
        auto const found = ask("try " + word(l));
        if (found != "busy")
            demand(found, "held");
        return found == "held";
    }

    /// Starts a wait and returns when the client sleeps or is about to. The client's next answer is
    /// left to be read.
    void wait_to_begin(level l)
    {
        write_line("acquire " + word(l));
        expect("waiting");
    }

    void rollback() override { demand(ask("rollback"), "done"); }

    static std::string word(level l)
    {
        return l == level::read ? "read" : l == level::upgrade ? "immediate" : "exclusive";
    }

protected:
    sqlite_client(boost::filesystem::path const& path, words const& options)
        : sqlite_peer(command(path, options))
    {}

private:
    static std::string program()
    {
        auto const& suite = boost::unit_test::framework::master_test_suite();
        for (int i = 1; i < suite.argc; ++i)
            if (boost::filesystem::path(suite.argv[i]).filename() == "sqlite_client.py")
                return suite.argv[i];
        return (boost::filesystem::path(__FILE__).parent_path() / "sqlite_client.py").string();
    }

    static words command(boost::filesystem::path const& path, words const& options)
    {
        // The first interpreter in PATH need not be the system's.
        words all{"/usr/bin/python3", "-I", "-S", program()};
        all.insert(all.end(), options.begin(), options.end());
        all.push_back(path.string());
        return all;
    }
};

/// Does what ReadWriteLock of Python's filelock does. It has no `level::upgrade`.
class filelock_client : public sqlite_client
{
public:
    explicit filelock_client(boost::filesystem::path const& path)
        : sqlite_client(path, {"--filelock"})
    {}
};

/// The shell of SQLite.
class sqlite_shell : public sqlite_peer
{
public:
    explicit sqlite_shell(boost::filesystem::path const& path)
        : sqlite_peer(words{"sh", "-c",
                            "exec stdbuf -oL sqlite3 -batch -init /dev/null \"$0\" 2>&1",
                            path.string()})
    {}

    void open(boost::filesystem::path const& path) override
    {
        write_line(".open '" + path.string() + "'");
    }

    bool begin(level l) override
    {
        char const* const begins[] = {
            "BEGIN; SELECT 1 WHERE (SELECT count(*) FROM sqlite_master) < 0", "BEGIN IMMEDIATE",
            "BEGIN EXCLUSIVE"};
        auto const found = run(begins[static_cast<int>(l)]);
        if (found == "done")
            return true;
        if (found.find("database is locked") == found.npos)
            demand(found, "done");
        if (l == level::read)
            rollback();
        return false;
    }

    void rollback() override { demand(run("ROLLBACK"), "done"); }

private:
    // The shell stops a line of statements at the first that fails.
    std::string run(std::string const& statements) { return ask(statements + "; SELECT 'done';"); }
};

// Preconditions of test cases.

inline boost::test_tools::assertion_result have_sqlite_client(boost::unit_test::test_unit_id)
{
    return succeeds(child({"/usr/bin/python3", "-c", "import sqlite3"}),
                    "there is no /usr/bin/python3 with sqlite3");
}

inline boost::test_tools::assertion_result have_sqlite_shell(boost::unit_test::test_unit_id)
{
    return succeeds(child({"sh", "-c", "command -v stdbuf && exec sqlite3 -version"}),
                    "there is no sqlite3");
}

} // namespace filelock_test

#endif
