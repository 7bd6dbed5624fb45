// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// peer [--heartbeat-interval=SECONDS] [--stale-threshold=SECONDS] [--poll-interval=SECONDS]
//      [--settle=SECONDS] PATH
//
// A process of ours that does as ../peer/soft_read_write_lock.py does, so that one script can drive
// both. Of its commands it knows try, acquire, release, still, crowd and die; and
//
//     loss                  none | marker missing | owner changed | refresh failed

#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/system/system_error.hpp>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <optional>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;
namespace filelock = boost::filelock;
using lock_type = filelock::soft_read_write_lock;

using seconds = std::chrono::duration<double>;

void say(std::string const& line)
{
    std::cout << line << std::endl;
}

template <class Duration>
Duration in_units_of(seconds s)
{
    return std::chrono::duration_cast<Duration>(s);
}

/// How often was written, in two files.
class count
{
public:
    using value = std::pair<long, long>;

    count(std::string const& a, std::string const& b) : a_(a), b_(b) {}

    value read() const { return {a_.read(), b_.read()}; }
    void put_first(long n) { a_.write(n); }
    void put_second(long n) { b_.write(n); }

private:
    static constexpr std::size_t width = 21;

    class number
    {
    public:
        explicit number(std::string const& path)
            : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644))
        {
            if (fd_ < 0)
                throw std::runtime_error("cannot open " + path);
        }
        number(number const&) = delete;
        number& operator=(number const&) = delete;
        ~number() { ::close(fd_); }

        long read() const
        {
            char text[width + 1] = {};
            return ::pread(fd_, text, width, 0) > 0 ? std::stol(text) : 0;
        }

        void write(long n)
        {
            char text[width + 1];
            std::snprintf(text, sizeof text, "%020ld\n", n);
            if (::pwrite(fd_, text, width, 0) != width)
                throw std::runtime_error("cannot write");
        }

    private:
        int fd_;
    };

    number a_;
    number b_;
};

class peer
{
public:
    peer(std::string const& path, lock_type::options_type const& options) : lock_(path, options) {}

    std::string obey(std::string const& line)
    {
        std::istringstream words(line);
        std::string name;
        words >> name;
        if (name == "try")
            return try_lock(is_write(words)) ? "held" : "busy";
        if (name == "acquire") {
            bool const write = is_write(words);
            double limit;
            auto const patience = words >> limit ? std::optional(seconds(limit)) : std::nullopt;
            return acquire(write, patience, [] { say("waiting"); }) ? "held" : "timed out";
        }
        if (name == "release")
            return release() ? "released" : "lost";
        if (name == "still")
            return still_held() ? "yes" : "no";
        if (name == "loss")
            return loss();
        if (name == "crowd") {
            double length = 0, percent = 0;
            std::string a, b, log;
            words >> length >> percent >> a >> b >> log;
            return crowd(seconds(length), percent, a, b, log);
        }
        if (name == "die")
            std::raise(SIGKILL);
        throw std::invalid_argument(line);
    }

private:
    static bool is_write(std::istream& words)
    {
        std::string mode;
        words >> mode;
        if (mode != "read" && mode != "write")
            throw std::invalid_argument(mode);
        return mode == "write";
    }

    bool try_lock(bool write) { return write ? lock_.try_lock() : lock_.try_lock_shared(); }

    template <class Waits>
    bool acquire(bool write, std::optional<seconds> limit, Waits waits)
    {
        filelock::acquire_options how;
        if (limit)
            how.timeout = in_units_of<std::chrono::nanoseconds>(*limit);
        how.on_wait = [&](filelock::wait_status const&) { waits(); };
        how.progress_interval = 1h;
        boost::system::error_code ec;
        if (write ? lock_.acquire(how, ec) : lock_.acquire_shared(how, ec))
            return true;
        if (ec != boost::system::errc::timed_out)
            throw boost::system::system_error(ec);
        return false;
    }

    /// Whether it was held to the end.
    bool release()
    {
        boost::system::error_code ec;
        lock_.release(ec);
        bool const lost = loss() != "none"; // of this hold; the release may have seen it first
        if (ec && !lost)
            throw boost::system::system_error(ec);
        return !lost;
    }

    bool still_held() const
    {
        boost::system::error_code ec;
        return lock_.still_held(ec) && !ec;
    }

    std::string loss() const
    {
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

    std::string crowd(seconds length, double percent, std::string const& a, std::string const& b,
                      std::string const& log_path)
    {
        count writes(a, b);
        std::ofstream log(log_path, std::ios::app);
        long done[2] = {};
        for (auto const until = now() + length; now() < until;) {
            bool const write = random(100) < percent;
            if (!acquire(write, 60s, [] {}))
                return "timed out";
            auto const since = now();
            auto const wrong = use(writes, write);
            log << (write ? "write " : "read ") << since.time_since_epoch().count() << ' '
                << now().time_since_epoch().count() << '\n';
            if (!wrong.empty())
                return wrong;
            if (!release())
                return "lost";
            ++done[write];
            pause(); // others are to have it as well
        }
        return "done " + std::to_string(done[0]) + ' ' + std::to_string(done[1]);
    }

    /// What was wrong, if anything.
    std::string use(count& writes, bool write)
    {
        auto const found = writes.read();
        auto const n = found.first;
        if (found.second != n)
            return differs(write, {n, n}, found);
        if (write)
            writes.put_first(n + 1);
        pause();
        count::value const expected(write ? n + 1 : n, n);
        if (auto const seen = writes.read(); seen != expected)
            return differs(write, expected, seen);
        if (write)
            writes.put_second(n + 1);
        return {};
    }

    static std::string differs(bool write, count::value expected, count::value found)
    {
        std::ostringstream text;
        text << "torn " << (write ? "write: " : "read: ") << found.first << ' ' << found.second
             << " for " << expected.first << ' ' << expected.second;
        return text.str();
    }

    static std::chrono::steady_clock::time_point now() { return std::chrono::steady_clock::now(); }

    double random(double to) { return std::uniform_real_distribution(0., to)(generator_); }

    void pause() { std::this_thread::sleep_for(random(1) * 1ms); }

    lock_type lock_;
    std::mt19937 generator_{std::random_device{}()};
};

lock_type::options_type options_from(std::vector<std::string_view> const& words)
{
    lock_type::options_type options;
    for (auto const word : words) {
        auto const equals = word.find('=');
        auto const name = word.substr(0, equals);
        auto const value = in_units_of<std::chrono::nanoseconds>(
            seconds(std::stod(std::string(word.substr(equals + 1)))));
        if (name == "--poll-interval")
            options.poll_interval = value;
        else if (name == "--heartbeat-interval")
            options.heartbeat_interval = value;
        else if (name == "--stale-threshold")
            options.stale_threshold = value;
        else if (name == "--settle")
            options.settle = value;
        else
            throw std::invalid_argument(std::string(word));
    }
    return options;
}

} // namespace

int main(int argc, char** argv)
{
    std::vector<std::string_view> words(argv + 1, argv + argc);
    auto const path = std::string(words.back());
    words.pop_back();
    peer p(path, options_from(words));
    for (std::string line; std::getline(std::cin, line) && !line.empty();)
        try {
            say(p.obey(line));
        } catch (std::exception const& error) { // whatever it is, the test is to see it
            say(std::string("error: ") + error.what());
        }
}
