// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "worker.hpp"

#include "../exit_status.hpp"
#include "facts.hpp"
#include "failure.hpp"
#include "lines.hpp"
#include "race.hpp"
#include "staleness.hpp"

#include "../../src/protocol/temporary_name.hpp"

#include <boost/asio/ip/host_name.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filesystem/exception.hpp>
#include <boost/filesystem/fstream.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/system_error.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <thread>

namespace filelock_tool {
namespace {

namespace fs = boost::filesystem;
using std::chrono::steady_clock;

std::string const beginning_of_name = "filelock-verify-";

std::string failure(exit_status status, std::string const& text)
{
    return "error " + std::to_string(status) + " " + text;
}

class worker
{
public:
    worker(line_stream& coordinator, fs::path const& directory)
        : coordinator_(coordinator), directory_(directory)
    {}

    void obey(std::string const& line)
    {
        line_words words(line);
        auto const command = words.word();
        if (command == "where")
            say("where " + boost::asio::ip::host_name() + " " + directory_.native());
        else if (command == "make" || command == "find")
            enter(command == "make", words);
        else if (place_.empty())
            throw verify_failure(protocol, "unexpected: " + line);
        else if (command == "prepare" || command == "watch" || command == "change")
            compare(command, words);
        else if (command == "inspect")
            say("facts " + facts_of(place_));
        else
            lock(command, words);
    }

private:
    void say(std::string const& line) { coordinator_.say(line); }

    // The name comes from another host, and must not lead elsewhere.
    void enter(bool makes, line_words& words)
    {
        auto const name = words.word();
        if (!is_name_of_place(name))
            throw verify_failure(protocol, "'" + name + "' is no name of verify");
        place_ = directory_ / name;
        if (!makes)
            return say(is_found(words.milliseconds()) ? "found" : "missing");
        fs::create_directory(place_);
        fs::permissions(place_, fs::owner_all);
        fs::ofstream file(place_ / name);
        if (!file.flush())
            throw fs::filesystem_error("cannot make a file", place_ / name,
                                       make_error_code(boost::system::errc::io_error));
        say("made");
    }

    // By an open, which asks the server where a stat may not.
    bool is_found(std::chrono::milliseconds limit) const
    {
        auto const until = steady_clock::now() + limit;
        while (!fs::ifstream(place_ / place_.filename())) {
            if (steady_clock::now() > until)
                return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return true;
    }

    void lock(std::string const& command, line_words& words)
    {
        if (command == "let-go") {
            kept_.reset();
            return say("released");
        }
        auto const choice = lock_for(place_, kind_of(words.word()));
        if (command == "race")
            race(coordinator_, choice, words.milliseconds());
        else if (command == "hold")
            kept_ = hold(coordinator_, choice);
        else if (command == "wait")
            wait_asleep(coordinator_, choice, words.milliseconds());
        else
            throw verify_failure(protocol, "unexpected: " + command);
    }

    void compare(std::string const& command, line_words& words)
    {
        staleness_files files(place_, static_cast<int>(words.number()));
        if (command == "watch") {
            auto const limit = words.milliseconds();
            return files.watch(limit, [this](std::string const& line) { say(line); });
        }
        command == "change" ? files.change() : files.prepare();
        say(command == "change" ? "changed" : "prepared");
    }

    line_stream& coordinator_;
    fs::path const directory_;
    fs::path place_;
    std::unique_ptr<any_lock> kept_;
};

/// Returns the answer for the exception that is being handled.
std::string failure_at_hand()
try {
    throw;
} catch (verify_failure const& e) {
    return failure(e.status(), e.what());
} catch (boost::filelock::lock_error const& e) {
    return failure(status_of(e.code()), e.what());
} catch (fs::filesystem_error const& e) {
    return failure(status_of(e.code()), e.path1().native() + ": " + e.code().message());
} catch (boost::system::system_error const& e) {
    return failure(status_of(e.code()), e.what());
} catch (std::bad_alloc const&) {
    return failure(os_error, "out of memory");
} catch (std::exception const& e) {
    return failure(software, e.what());
}

} // namespace

bool is_name_of_place(std::string const& name)
{
    auto const length = beginning_of_name.size();
    return name.compare(0, length, beginning_of_name) == 0 &&
           boost::filelock::detail::is_token(name.substr(length));
}

std::string new_name_of_place()
{
    std::string token;
    if (auto const ec = boost::filelock::detail::make_token(token))
        throw boost::system::system_error(ec, "random numbers");
    return beginning_of_name + token;
}

int work(int socket, fs::path const& directory)
{
    line_stream coordinator(socket);
    worker self(coordinator, directory);
    for (std::string line; (line = coordinator.hear()) != "end";) {
        std::string failed;
        try {
            self.obey(line);
        } catch (std::exception const&) {
            failed = failure_at_hand();
        }
        if (!failed.empty())
            coordinator.say(failed);
    }
    return success;
}

} // namespace filelock_tool
