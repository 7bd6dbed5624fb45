// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// peer KIND [--poll-interval=SECONDS] [--heartbeat-interval=SECONDS] [--stale-threshold=SECONDS]
//      [--duration=SECONDS] [--settle=SECONDS] [--lifetime=SECONDS] PATH
//
// A process with one lock. KIND is the name of a lock type. The process reads commands from
// standard input, a line each, and answers each with a line. MODE is read or write; a
// soft_file_lock, a soft_file_lease and a strict_soft_file_lock know write only. An empty line, or
// the end of the input, ends it.
//
//     try MODE                held | busy
//     acquire MODE SECONDS    [waiting] held | timed out
//     release                 released | lost
//     still                   yes | no
//     loss                    none | marker missing | owner changed | refresh failed
//
// And with a soft_file_lease, for the data PATH.data and its fence_guard PATH.guard:
//
//     fence                   number N | lost
//     break                   broken
//     store TEXT              stored | refused    with the last number of this process
//     enter TEXT              inside | refused    as store; writes after the next line: stored
//     highest                 highest N
//     data                    data TEXT
//
// And with a strict_soft_file_lock:
//
//     break                   broken              all claims
//
// Any other result is answered by "error: " and its text.

#include <boost/filelock/error.hpp>
#include <boost/filelock/fence_guard.hpp>
#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/system/system_error.hpp>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <type_traits>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
namespace filelock = boost::filelock;
using std::chrono::nanoseconds;

nanoseconds seconds(double s)
{
    return std::chrono::duration_cast<nanoseconds>(std::chrono::duration<double>(s));
}

/// The options on the command line, by name.
class arguments
{
public:
    void add(std::string const& word)
    {
        auto const equals = word.find('=');
        if (equals == std::string::npos)
            throw std::invalid_argument(word);
        given_[word.substr(0, equals)] = seconds(std::stod(word.substr(equals + 1)));
    }

    /// Sets the option if the command line has it.
    template <class Option>
    void apply(char const* name, Option& option)
    {
        auto const found = given_.find(name);
        if (found == given_.end())
            return;
        option = found->second;
        given_.erase(found);
    }

    /// Throws for an option that the kind of lock does not have.
    void expect_all_applied() const
    {
        if (!given_.empty())
            throw std::invalid_argument(given_.begin()->first);
    }

private:
    std::map<std::string, nanoseconds> given_;
};

template <class Lock>
constexpr bool is_lease = std::is_same_v<Lock, filelock::soft_file_lease>;
template <class Lock>
constexpr bool is_tree = std::is_same_v<Lock, filelock::soft_read_write_lock>;
template <class Lock>
constexpr bool is_losable = is_lease<Lock> || is_tree<Lock>;
template <class Lock>
constexpr bool is_strict = std::is_same_v<Lock, filelock::strict_soft_file_lock>;
template <class Lock>
constexpr bool is_shared =
    !std::is_same_v<Lock, filelock::soft_file_lock> && !is_lease<Lock> && !is_strict<Lock>;

template <class Lock>
typename Lock::options_type options_from(arguments& given)
{
    typename Lock::options_type options;
    given.apply("--poll-interval", options.poll_interval);
    if constexpr (std::is_same_v<Lock, filelock::soft_file_lock>)
        given.apply("--lifetime", options.lifetime);
    if constexpr (is_losable<Lock>)
        given.apply("--heartbeat-interval", options.heartbeat_interval);
    if constexpr (is_lease<Lock>)
        given.apply("--duration", options.duration);
    if constexpr (is_tree<Lock>) {
        given.apply("--stale-threshold", options.stale_threshold);
        given.apply("--settle", options.settle);
    }
    given.expect_all_applied();
    return options;
}

/// A file that the holders of a lock write in turn, and its guard.
class guarded_data
{
public:
    explicit guarded_data(std::string const& path) : guard_(path + ".guard"), path_(path + ".data")
    {}

    std::string store(std::uint64_t number, std::string const& text, bool in_two_steps)
    try {
        guard_.run(number, [&] {
            if (in_two_steps)
                wait_inside();
            write(text);
        });
        return "stored";
    } catch (filelock::lock_error const& e) {
        if (e.code() != filelock::error::fence_passed)
            throw;
        return "refused";
    }

    std::string read() const
    {
        std::string text;
        std::ifstream(path_) >> text;
        return text;
    }

    std::uint64_t highest() const { return guard_.highest(); }

private:
    static void wait_inside()
    {
        std::string line;
        std::cout << "inside" << std::endl;
        std::getline(std::cin, line);
    }

    // The text is on the storage afterwards: close(2) alone may leave that for later.
    void write(std::string const& text) const
    {
        int const file = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        bool const is_written = file != -1 &&
                                ::write(file, text.data(), text.size()) == ssize_t(text.size()) &&
                                ::fsync(file) == 0;
        int const error = errno;
        if (file != -1)
            ::close(file);
        if (!is_written)
            throw std::system_error(error, std::generic_category(), path_);
    }

    filelock::fence_guard guard_;
    std::string const path_;
};

template <class Lock>
class peer
{
public:
    peer(std::string const& path, arguments& given)
        : lock_(path, options_from<Lock>(given)), data_(path)
    {}

    std::string obey(std::string const& line)
    {
        std::istringstream words(line);
        std::string name, mode;
        words >> name >> mode;
        if (name == "try")
            return try_lock(mode) ? "held" : "busy";
        if (name == "acquire") {
            double limit = 0;
            words >> limit;
            return acquire(mode, seconds(limit)) ? "held" : "timed out";
        }
        if (name == "release")
            return release() ? "released" : "lost";
        if (name == "still")
            return still_held() ? "yes" : "no";
        if (name == "loss")
            return loss();
        if constexpr (is_lease<Lock>)
            return obey_lease(name, mode);
        if constexpr (is_strict<Lock>)
            if (name == "break")
                return break_claims();
        throw std::invalid_argument(line);
    }

private:
    std::string obey_lease(std::string const& name, std::string const& text)
    {
        if (name == "fence")
            return fence();
        if (name == "store" || name == "enter")
            return data_.store(number_, text, name == "enter");
        if (name == "highest")
            return "highest " + std::to_string(data_.highest());
        if (name == "data")
            return "data " + data_.read();
        if (name != "break")
            throw std::invalid_argument(name);
        lock_.force_break();
        return "broken";
    }

    std::string break_claims()
    {
        for (auto const& claim : lock_.claims())
            lock_.force_break(claim.name);
        return "broken";
    }

    // Keeps the last number, as a process does that has not learned of its loss.
    std::string fence()
    {
        boost::system::error_code ec;
        auto const number = lock_.fence(ec);
        if (ec == filelock::error::hold_lost)
            return "lost";
        if (ec)
            throw boost::system::system_error(ec);
        number_ = number;
        return "number " + std::to_string(number);
    }

    static bool is_write(std::string const& mode)
    {
        if (mode != "write" && (mode != "read" || !is_shared<Lock>))
            throw std::invalid_argument(mode);
        return mode == "write";
    }

    bool try_lock(std::string const& mode)
    {
        if (is_write(mode))
            return lock_.try_lock();
        if constexpr (is_shared<Lock>)
            return lock_.try_lock_shared();
        return false;
    }

    bool acquire(std::string const& mode, nanoseconds limit)
    {
        filelock::acquire_options how;
        how.timeout = limit;
        how.on_wait = [](filelock::wait_status const&) { std::cout << "waiting" << std::endl; };
        how.progress_interval = 1h;
        boost::system::error_code ec;
        bool held = false;
        if (is_write(mode))
            held = lock_.acquire(how, ec);
        else if constexpr (is_shared<Lock>)
            held = lock_.acquire_shared(how, ec);
        if (!held && ec != boost::system::errc::timed_out)
            throw boost::system::system_error(ec);
        return held;
    }

    /// Returns whether the hold lasted until its release.
    bool release()
    {
        boost::system::error_code ec;
        lock_.release(ec);
        bool const lost = loss() != "none"; // the release may have been the first to detect it
        if (ec && !lost)
            throw boost::system::system_error(ec);
        return !lost;
    }

    bool still_held() const
    {
        boost::system::error_code ec;
        bool const held = lock_.still_held(ec);
        if (ec)
            throw boost::system::system_error(ec);
        return held;
    }

    std::string loss() const
    {
        if constexpr (is_losable<Lock>)
            if (auto const loss = lock_.loss())
                switch (loss->reason) {
                case filelock::loss_reason::marker_missing:
                    return "marker missing";
                case filelock::loss_reason::owner_changed:
                    return "owner changed";
                case filelock::loss_reason::refresh_failed:
                    return "refresh failed";
                }
        return "none";
    }

    Lock lock_;
    guarded_data data_;
    std::uint64_t number_ = 0;
};

template <class Lock>
void serve(std::string const& path, arguments& given)
{
    peer<Lock> p(path, given);
    for (std::string line; std::getline(std::cin, line) && !line.empty();) {
        std::string said;
        try {
            said = p.obey(line);
        } catch (std::exception const& error) { // the driver judges the text
            said = std::string("error: ") + error.what();
        }
        std::cout << said << std::endl;
    }
}

} // namespace

int main(int argc, char** argv)
{
    if (argc < 3) {
        std::cerr << "usage: peer KIND [OPTION=SECONDS...] PATH\n";
        return 64;
    }
    std::string const kind = argv[1], path = argv[argc - 1];
    arguments given;
    for (int i = 2; i < argc - 1; ++i)
        given.add(argv[i]);
    if (kind == "file_lock")
        serve<filelock::file_lock>(path, given);
    else if (kind == "read_write_lock")
        serve<filelock::read_write_lock>(path, given);
    else if (kind == "soft_file_lease")
        serve<filelock::soft_file_lease>(path, given);
    else if (kind == "soft_file_lock")
        serve<filelock::soft_file_lock>(path, given);
    else if (kind == "soft_read_write_lock")
        serve<filelock::soft_read_write_lock>(path, given);
    else if (kind == "strict_soft_file_lock")
        serve<filelock::strict_soft_file_lock>(path, given);
    else
        throw std::invalid_argument(kind);
}
