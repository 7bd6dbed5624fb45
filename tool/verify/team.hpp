// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_VERIFY_TEAM_HPP
#define BOOST_FILELOCK_TOOL_VERIFY_TEAM_HPP

#include "channel.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <vector>

namespace filelock_tool {

/// The processes that take part, numbered from 0, as the process sees them that coordinates them.
class verify_team
{
public:
    using clock = std::chrono::steady_clock;

    struct message
    {
        std::size_t from;
        std::string line;
    };

    /// Takes over the sockets of the workers of this machine. From now on, SIGINT, SIGTERM and
    /// SIGHUP interrupt `receive`.
    explicit verify_team(std::vector<int> const& sockets);

    /// Adds `count` workers of another host, which share a connection. On it, each line begins with
    /// the worker's number, from 0.
    void add_host(verify_channel::socket_type socket, std::size_t count, std::string received = {});

    /// Adds a process with a connection of its own. Returns its number. `name`: for messages.
    std::size_t add(verify_channel::socket_type socket, std::string const& name,
                    std::string received = {});

    std::size_t size() const noexcept { return members_.size(); }

    /// Returns a number that is the same for all members on one host, and on no other: 0 for this
    /// host.
    std::size_t host_of(std::size_t member) const
    {
        return members_[member].number ? members_[member].connection : 0;
    }

    void tell(std::size_t member, std::string const& line);

    /// Returns the next line from any process; nothing if the time has come. Throws
    /// `verify_interrupted` after a signal, and `verify_failure` if a process has ended.
    std::optional<message> receive(clock::time_point until);

    /// Lets the processes of other hosts end, and waits for a limited time until they have.
    void dismiss_hosts();

    boost::asio::io_context& context() noexcept { return context_; }

    /// Lets the context run until the condition is true. Throws as `receive`. Returns whether it is
    /// true.
    template <class Condition>
    bool run_until(clock::time_point until, Condition const& is_so)
    {
        while (!is_so()) {
            check();
            if (context_.run_one_until(until) == 0)
                return false;
        }
        return true;
    }

private:
    struct place
    {
        std::size_t connection;
        std::optional<std::size_t> number = {}; ///< among those that share the connection
    };
    struct connection
    {
        connection(std::string n, std::size_t f, std::size_t c, bool s)
            : name(std::move(n)), first(f), count(c), is_shared(s)
        {}

        std::string const name;
        std::size_t const first, count; ///< its members
        bool const is_shared;
        bool has_ended = false;
        std::optional<verify_channel> channel = {};
    };

    void connect(verify_channel::socket_type socket, std::string const& name, std::size_t count,
                 bool is_shared, std::string received);
    void take(connection& from, std::string line);
    void end(connection& which);
    void wait_for_signal();
    void check() const;

    boost::asio::io_context context_;
    boost::asio::signal_set signals_{context_};
    std::deque<connection> connections_;
    std::vector<place> members_;
    std::deque<message> received_;
    std::string ended_; ///< name of a process that has ended too early
    bool are_dismissed_ = false;
    int signal_ = 0;
};

} // namespace filelock_tool

#endif
