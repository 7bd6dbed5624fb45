// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "team.hpp"

#include "failure.hpp"
#include "lines.hpp"

#include <boost/range/algorithm/count_if.hpp>

#include <csignal>
#include <utility>

#include <sys/socket.h>

namespace filelock_tool {
namespace {

// A shell starts background jobs with SIGINT ignored, and nohup(1) ignores SIGHUP.
bool is_ignored(int signal)
{
    struct ::sigaction now = {};
    return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

} // namespace

verify_team::verify_team(std::vector<int> const& sockets)
{
    boost::asio::generic::stream_protocol const local(AF_UNIX, 0);
    for (int const socket : sockets)
        add(verify_channel::socket_type(context_, local, socket), "a process of the measurement");
    for (int const signal : {SIGINT, SIGTERM, SIGHUP})
        if (!is_ignored(signal))
            signals_.add(signal);
    wait_for_signal();
}

void verify_team::wait_for_signal()
{
    signals_.async_wait([this](boost::system::error_code const& ec, int signal) {
        if (ec)
            return;
        signal_ = signal;
        wait_for_signal();
    });
}

std::size_t verify_team::add(verify_channel::socket_type socket, std::string const& name,
                             std::string received)
{
    connect(std::move(socket), name, 1, false, std::move(received));
    return members_.size() - 1;
}

void verify_team::add_host(verify_channel::socket_type socket, std::size_t count,
                           std::string received)
{
    connect(std::move(socket), "another host", count, true, std::move(received));
}

void verify_team::connect(verify_channel::socket_type socket, std::string const& name,
                          std::size_t count, bool is_shared, std::string received)
{
    auto& added = connections_.emplace_back(name, members_.size(), count, is_shared);
    for (std::size_t i = 0; i < count; ++i)
        members_.push_back({connections_.size() - 1, is_shared ? std::optional(i) : std::nullopt});
    added.channel.emplace(
        std::move(socket), [this, &added](std::string line) { take(added, std::move(line)); },
        [this, &added] { end(added); }, std::move(received));
}

void verify_team::take(connection& from, std::string line)
{
    if (!from.is_shared)
        return received_.push_back({from.first, std::move(line)});
    line_words words(std::move(line));
    try {
        auto const number = static_cast<std::size_t>(words.number());
        if (number < from.count)
            return received_.push_back({from.first + number, words.rest()});
    } catch (verify_failure const&) {
        // ended below
    }
    from.channel->close();
    end(from);
}

void verify_team::end(connection& which)
{
    which.has_ended = true;
    if (!are_dismissed_)
        ended_ = which.name;
}

void verify_team::tell(std::size_t member, std::string const& line)
{
    auto const& to = members_[member];
    connections_[to.connection].channel->send(to.number ? std::to_string(*to.number) + ' ' + line
                                                        : line);
}

void verify_team::check() const
{
    if (signal_ != 0)
        throw verify_interrupted{signal_};
    if (!ended_.empty())
        throw verify_failure(unavailable, ended_ + " has ended");
}

std::optional<verify_team::message> verify_team::receive(clock::time_point until)
{
    // Handles a signal also while lines arrive all the time.
    (void)context_.poll_one();
    if (!run_until(until, [this] { return signal_ == 0 && !received_.empty(); }))
        return std::nullopt;
    auto first = std::move(received_.front());
    received_.pop_front();
    return first;
}

void verify_team::dismiss_hosts()
{
    are_dismissed_ = true;
    for (auto& c : connections_)
        if (c.is_shared && !c.has_ended)
            c.channel->send("end");
    auto const are_gone = [this] {
        return boost::count_if(connections_,
                               [](auto const& c) { return c.is_shared && !c.has_ended; }) == 0;
    };
    auto const until = clock::now() + std::chrono::seconds(10);
    while (!are_gone() && context_.run_one_until(until) != 0) {
    }
}

} // namespace filelock_tool
