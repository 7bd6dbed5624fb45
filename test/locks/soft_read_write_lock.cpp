// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// Tests what `soft_read_write_lock` does beyond what every lock does: its files, which requests
// exclude each other, how a hold is refreshed, lost and taken over, and which files are not taken
// for markers.

#include "support/child.hpp"
#include "support/kernel_state.hpp"
#include "support/markers.hpp"
#include "support/temporary_directory.hpp"

#include <boost/filelock/async_acquire.hpp>
#include <boost/filelock/detail/option_difference.hpp>
#include <boost/filelock/error.hpp>
#include <boost/filelock/shared_instance.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/errc.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/test/data/monomorphic.hpp>
#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

using namespace filelock_test;
using namespace std::chrono_literals;
using namespace std::string_literals;
using boost::filelock::acquire_options;
using boost::filelock::error;
using boost::filelock::lease_loss;
using boost::filelock::lock_error;
using boost::filelock::loss_reason;
using boost::filelock::owner_mode;
using boost::filelock::ownership;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_read_write_lock;
using boost::filelock::soft_read_write_lock_options;
using boost::filelock::storage;
using boost::system::error_code;
using std::chrono::nanoseconds;
using std::chrono::steady_clock;
namespace asio = boost::asio;
namespace data = boost::unit_test::data;
namespace errc = boost::system::errc;
namespace fs = boost::filesystem;
namespace ut = boost::unit_test;

namespace {

enum class role
{
    reader,
    writer
};

std::ostream& operator<<(std::ostream& out, role r)
{
    return out << (r == role::reader ? "reader" : "writer");
}

auto const both_roles = data::make({role::reader, role::writer});
auto const both_storages = data::make({storage::local, storage::network});
auto const everyone = both_storages * both_roles;

void eventually(char const* what, std::function<bool()> const& is_so)
{
    if (!comes_true(is_so))
        throw std::runtime_error("in vain: "s + what);
}

std::string host()
{
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    return name;
}

struct ::stat stat_of(fs::path const& path)
{
    struct ::stat s;
    if (::lstat(path.c_str(), &s) != 0)
        throw std::runtime_error("lstat " + path.string());
    return s;
}

nanoseconds as_duration(::timespec const& t)
{
    return std::chrono::seconds(t.tv_sec) + nanoseconds(t.tv_nsec);
}

nanoseconds stamp_of(fs::path const& path)
{
    return as_duration(stat_of(path).st_mtim);
}

unsigned mode_of(fs::path const& path)
{
    return stat_of(path).st_mode & 07777u;
}

bool is_there(fs::path const& path)
{
    return fs::symlink_status(path).type() != fs::file_not_found;
}

bool stamp(fs::path const& path)
{
    return ::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0;
}

void wait_for_beats(fs::path const& marker, int count)
{
    for (; count > 0; --count) {
        auto const last = stamp_of(marker);
        eventually("a heartbeat", [&] { return stamp_of(marker) > last; });
    }
}

bool is_token(std::string const& text)
{
    return text.size() == 32 && text.find_first_not_of("0123456789abcdef") == text.npos;
}

std::string token_in(fs::path const& marker)
{
    return text_of(marker).substr(0, 32);
}

std::string const some_token = "0123456789abcdef0123456789abcdef";

std::string record(std::int64_t pid, std::string const& hostname)
{
    return some_token + '\n' + std::to_string(pid) + '\n' + hostname + '\n';
}

/// Returns options with which no hold is lost, however busy the machine is.
soft_read_write_lock_options steady(storage where = storage::local)
{
    soft_read_write_lock_options options;
    options.poll_interval = 5ms;
    options.where = where;
    options.heartbeat_interval = 20ms;
    options.stale_threshold = patience;
    options.settle = 0ns;
    return options;
}

/// Returns options with which the markers of other processes soon become stale.
soft_read_write_lock_options hasty(storage where = storage::local,
                                   std::chrono::milliseconds threshold = 120ms)
{
    auto options = steady(where);
    options.heartbeat_interval = threshold / 8;
    options.stale_threshold = threshold;
    return options;
}

/// Runs `observe` with a threshold for which the machine is fast enough.
template <class F>
void check_in_time(F const& observe)
{
    auto const problem = with_growing_time(120ms, observe);
    BOOST_TEST(problem.empty(), problem);
}

/// Returns options with which a waiter acquires the lock only if it is notified of the change.
soft_read_write_lock_options told()
{
    soft_read_write_lock_options options;
    options.poll_interval = 1h;
    options.where = storage::local;
    return options;
}

bool try_as(soft_read_write_lock& lock, role r)
{
    return r == role::reader ? lock.try_lock_shared() : lock.try_lock();
}

bool try_as(soft_read_write_lock& lock, role r, nanoseconds limit)
{
    return r == role::reader ? lock.try_lock_shared_for(limit) : lock.try_lock_for(limit);
}

void lock_as(soft_read_write_lock& lock, role r)
{
    r == role::reader ? lock.lock_shared() : lock.lock();
}

void acquire_as(soft_read_write_lock& lock, role r, acquire_options const& how, error_code& ec)
{
    r == role::reader ? lock.acquire_shared(how, ec) : lock.acquire(how, ec);
}

void unlock_as(soft_read_write_lock& lock, role r)
{
    r == role::reader ? lock.unlock_shared() : lock.unlock();
}

template <class F>
error_code error_of(F&& f)
{
    try {
        f();
    } catch (lock_error const& e) {
        return e.code();
    }
    return {};
}

/// A thread that runs the tasks that it is given.
class another_thread
{
public:
    template <class F>
    auto start(F f)
    {
        auto const task =
            std::make_shared<std::packaged_task<std::invoke_result_t<F>()>>(std::move(f));
        asio::post(pool_, [task] { (*task)(); });
        return task->get_future();
    }

    template <class F>
    auto run(F f)
    {
        auto result = start(std::move(f));
        if (result.wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("a thread does not come back");
        return result.get();
    }

private:
    asio::thread_pool pool_{1};
};

/// An acquisition that waits for the lock in a thread of its own.
class waiting
{
public:
    waiting(soft_read_write_lock& lock, role r, acquire_options how = {}) : lock_(lock), role_(r)
    {
        std::promise<void> begun;
        auto const said = std::make_shared<bool>(false);
        how.progress_interval = 1h;
        how.on_wait = [&begun, said](auto const&) {
            if (!*said)
                begun.set_value();
            *said = true;
        };
        result_ = thread_.start([&lock, r, how] {
            error_code ec;
            acquire_as(lock, r, how, ec);
            return ec;
        });
        if (begun.get_future().wait_for(patience) != std::future_status::ready) {
            BOOST_TEST_MESSAGE("it does not wait");
            std::terminate(); // the thread refers to this function's variables
        }
    }

    waiting(waiting const&) = delete;
    waiting& operator=(waiting const&) = delete;
    ~waiting()
    {
        if (result_.valid() && !is_over())
            lock_.close(); // reached if a check has failed
    }

    bool is_over() const { return result_.wait_for(0s) == std::future_status::ready; }

    error_code get()
    {
        if (result_.wait_for(patience) != std::future_status::ready)
            throw std::runtime_error("it waits still");
        return result_.get();
    }

    void unlock()
    {
        thread_.run([this] { unlock_as(lock_, role_); });
    }

private:
    soft_read_write_lock& lock_;
    role role_;
    std::future<error_code> result_;
    another_thread thread_;
};

std::string message(error_code const& ec)
{
    return ec ? ec.message() : "done";
}

/// A process that acquires the lock. It says "waits" if it must wait, then "held", and "lost" when
/// on_loss reports a loss. Then it obeys commands.
class actor : public child
{
public:
    actor(fs::path const& path, soft_read_write_lock_options const& options, role r)
        : child([path, options, r] {
              auto how = options;
              how.on_loss = [](lease_loss const&) { say("lost"); };
              soft_read_write_lock lock(path, how);
              acquire_options a;
              a.progress_interval = 1h;
              a.on_wait = [](auto const&) { say("waits"); };
              error_code ec;
              acquire_as(lock, r, a, ec);
              say(ec ? ec.message() : "held");
              for (auto asked = hear(); !asked.empty(); asked = hear())
                  if (asked == "release") {
                      lock.release(ec);
                      say(message(ec));
                  } else if (asked == "token") {
                      auto const loss = lock.loss();
                      say(loss ? loss->token : "not lost");
                  } else if (asked == "held?") {
                      say(lock.still_held(ec) ? "yes" : "no");
                  }
              return 0;
          })
    {}

    std::string ask(std::string const& what)
    {
        write_line(what);
        return read_line().value_or("it died");
    }

    /// Stops the process, at a moment when it does not have the removal right to its marker.
    void stop(fs::path const& marker)
    {
        for (;;) {
            kill(SIGSTOP);
            siginfo_t info;
            if (::waitid(P_PID, static_cast<id_t>(pid()), &info, WSTOPPED | WNOWAIT) != 0)
                throw std::runtime_error("waitid");
            int const fd = ::open(marker.c_str(), O_RDONLY | O_CLOEXEC);
            bool const is_free = ::flock(fd, LOCK_EX | LOCK_NB) == 0;
            ::close(fd);
            if (is_free)
                return;
            kill(SIGCONT);
        }
    }

    void die()
    {
        kill();
        wait();
    }
};

/// Collects what on_loss reports.
class told_losses
{
public:
    std::function<void(lease_loss const&)> listener()
    {
        return [this](lease_loss const& loss) {
            std::lock_guard<std::mutex> guard(mutex_);
            all_.push_back(loss);
        };
    }

    std::vector<lease_loss> all() const
    {
        std::lock_guard<std::mutex> guard(mutex_);
        return all_;
    }

    lease_loss first() const
    {
        eventually("a loss is told", [this] { return !all().empty(); });
        return all().front();
    }

private:
    std::mutex mutable mutex_;
    std::vector<lease_loss> all_;
};

struct tree : temporary_directory
{
    fs::path const write = path.string() + ".write";
    fs::path const readers = path.string() + ".readers";
    fs::path const state = path.string() + ".state";

    std::vector<std::string> reader_names() const
    {
        return fs::exists(readers) ? names_in(readers) : std::vector<std::string>();
    }

    /// Returns the path of the only reader's marker.
    fs::path reader() const
    {
        auto const names = reader_names();
        if (names.size() != 1)
            throw std::runtime_error(std::to_string(names.size()) + " readers");
        return readers / names.front();
    }

    fs::path marker(role r) const { return r == role::reader ? reader() : write; }

    /// Returns whether nothing is left except, possibly, the empty directory of the readers.
    bool is_clean() const
    {
        auto const names = names_in(directory);
        return names.empty() || (names == std::vector<std::string>{readers.filename().string()} &&
                                 reader_names().empty());
    }

    bool is_free_for(role r, soft_read_write_lock_options const& options = steady()) const
    {
        soft_read_write_lock lock(path, options);
        return try_as(lock, r);
    }

    /// Creates a marker as if another program had left it.
    fs::path forge(role r, std::string const& text) const
    {
        if (r == role::writer) {
            write_text(write, text);
            return write;
        }
        fs::create_directories(readers);
        fs::permissions(readers, fs::perms(0700));
        auto const marker = readers / (some_token + ".4711");
        write_text(marker, text);
        return marker;
    }

    /// Returns the time by the file system's clock.
    nanoseconds file_clock() const
    {
        auto const probe = directory / "probe";
        write_text(probe, "");
        auto const now = stamp_of(probe);
        fs::remove(probe);
        return now;
    }
};

role other(role r)
{
    return r == role::reader ? role::writer : role::reader;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(soft_read_write, tree)

BOOST_AUTO_TEST_SUITE(files)

BOOST_DATA_TEST_CASE_F(tree, of_a_reader, both_storages, where)
{
    soft_read_write_lock lock(path, steady(where));
    BOOST_TEST(names_in(directory).empty());
    lock.lock_shared();
    BOOST_TEST(names_in(directory) == std::vector<std::string>{"test.lock.readers"},
               boost::test_tools::per_element());
    auto const name = reader().filename().string(), text = text_of(reader());
    BOOST_TEST(is_token(name.substr(0, 32)));
    BOOST_TEST(name.substr(32) == '.' + std::to_string(::getpid()));
    BOOST_TEST(is_token(text.substr(0, 32)));
    BOOST_TEST(text.substr(32) == '\n' + std::to_string(::getpid()) + '\n' + host() + '\n');
    lock.unlock_shared();
    BOOST_TEST(names_in(directory) == std::vector<std::string>{"test.lock.readers"},
               boost::test_tools::per_element());
    BOOST_TEST(reader_names().empty());
}

BOOST_DATA_TEST_CASE_F(tree, of_a_writer, both_storages, where)
{
    soft_read_write_lock lock(path, steady(where));
    lock.lock();
    auto const text = text_of(write);
    BOOST_TEST(is_token(text.substr(0, 32)));
    BOOST_TEST(text.substr(32) == '\n' + std::to_string(::getpid()) + '\n' + host() + '\n');
    BOOST_TEST(!is_there(path));
    BOOST_TEST(!is_there(state));
    BOOST_TEST(reader_names().empty());
    lock.unlock();
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(of_a_reader_have_a_new_name_each_time)
{
    soft_read_write_lock lock(path, steady());
    std::vector<std::string> names, tokens;
    for (int i = 0; i < 3; ++i) {
        lock.lock_shared();
        names.push_back(reader().filename().string());
        tokens.push_back(token_in(reader()));
        lock.unlock_shared();
    }
    BOOST_TEST((names[0] != names[1] && names[1] != names[2] && names[0] != names[2]));
    BOOST_TEST((tokens[0] != tokens[1] && tokens[1] != tokens[2] && tokens[0] != tokens[2]));
}

BOOST_AUTO_TEST_CASE(are_two_for_two_readers_and_one_for_two_levels)
{
    soft_read_write_lock a(path, steady()), b(path, steady());
    a.lock_shared();
    a.lock_shared();
    BOOST_TEST(reader_names().size() == 1u);
    b.lock_shared();
    BOOST_TEST(reader_names().size() == 2u);
    a.unlock_shared();
    BOOST_TEST(reader_names().size() == 2u);
    a.unlock_shared();
    BOOST_TEST(reader_names().size() == 1u);
}

BOOST_DATA_TEST_CASE_F(tree, are_for_the_owner_alone_whatever_the_umask,
                       both_storages* data::make({022, 077, 0}), where, umask)
{
    auto const before = ::umask(static_cast<::mode_t>(umask));
    soft_read_write_lock reads(path, steady(where)), writes(directory / "other", steady(where));
    reads.lock_shared();
    writes.lock();
    ::umask(before);
    BOOST_TEST(mode_of(reader()) == 0600u);
    BOOST_TEST(mode_of(readers) == 0700u);
    BOOST_TEST(mode_of(directory / "other.write") == 0600u);
}

BOOST_DATA_TEST_CASE_F(tree, have_the_permissions_asked_for,
                       both_storages* data::make({022, 077, 0}), where, umask)
{
    auto options = steady(where);
    options.permissions = fs::perms(0640);
    auto const before = ::umask(static_cast<::mode_t>(umask));
    soft_read_write_lock reads(path, options), writes(directory / "other", options);
    reads.lock_shared();
    writes.lock();
    ::umask(before);
    BOOST_TEST(mode_of(reader()) == 0640u);
    BOOST_TEST(mode_of(readers) == 0750u);
    BOOST_TEST(mode_of(directory / "other.write") == 0640u);
}

BOOST_DATA_TEST_CASE_F(tree, do_without_the_path_itself, both_roles, r)
{
    write_text(path, "foreign data\n");
    soft_read_write_lock lock(path, steady());
    BOOST_TEST(try_as(lock, r));
    unlock_as(lock, r);
    BOOST_TEST(text_of(path) == "foreign data\n");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(options)

BOOST_AUTO_TEST_CASE(that_are_invalid_are_refused_by_name_and_value)
{
    auto const check = [](soft_read_write_lock_options const& options, std::string const& name,
                          std::string const& value) {
        BOOST_CHECK_EXCEPTION(soft_read_write_lock("x", options), std::invalid_argument,
                              ([&](std::invalid_argument const& e) {
                                  std::string const what = e.what();
                                  BOOST_TEST_INFO(what);
                                  return what.find(name) != what.npos &&
                                         what.find(value) != what.npos;
                              }));
    };
    soft_read_write_lock_options options;
    options.poll_interval = 0ns;
    check(options, "poll_interval", "0");
    options = {};
    options.permissions = fs::perms_not_known;
    check(options, "permissions", "65535");
    options = {};
    options.scope = static_cast<ownership>(7);
    check(options, "scope", "7");
    options = {};
    options.where = static_cast<storage>(3);
    check(options, "where", "3");
    options = {};
    options.heartbeat_interval = 0ns;
    check(options, "heartbeat_interval", "0");
    options.heartbeat_interval = -7ns;
    check(options, "heartbeat_interval", "-7");
    options = {};
    options.heartbeat_interval = 1234ns;
    options.stale_threshold = 1234ns;
    check(options, "stale_threshold", "1234");
    options.stale_threshold = -5ns;
    check(options, "stale_threshold", "-5");
    options.stale_threshold = 1235ns;
    BOOST_CHECK_NO_THROW(soft_read_write_lock("x", options));
    options = {};
    options.settle = -1ns;
    check(options, "settle", "-1");
    BOOST_CHECK_THROW(soft_read_write_lock(""), std::invalid_argument);
    BOOST_CHECK_THROW(soft_read_write_lock("a\0b"s), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(are_as_documented_by_default)
{
    soft_read_write_lock_options const options;
    BOOST_TEST((options.poll_interval == 250ms));
    BOOST_TEST((options.heartbeat_interval == 30s));
    BOOST_TEST(!options.stale_threshold);
    BOOST_TEST(!options.settle);
    BOOST_TEST(!options.on_loss);
}

BOOST_AUTO_TEST_CASE(have_a_threshold_of_three_intervals_by_default)
{
    forge(role::writer, record(4711, "elsewhere"));
    auto options = steady();
    options.heartbeat_interval = 150ms;
    options.stale_threshold.reset();
    soft_read_write_lock lock(path, options);
    auto const begun = steady_clock::now();
    BOOST_TEST(lock.try_lock_for(80s)); // the default interval of 30 s would make it 90 s
    BOOST_TEST((steady_clock::now() - begun >= 450ms));
}

BOOST_AUTO_TEST_CASE(are_the_same_where_all_of_them_are)
{
    using options_type = soft_read_write_lock_options;
    auto const are_same = [](auto const& a, auto const& b) {
        return boost::filelock::detail::option_difference(a, b).empty();
    };
    BOOST_TEST(are_same(options_type(), options_type()));
    std::function<void(options_type&)> const changes[] = {
        [](auto& o) { o.poll_interval = 1ms; },
        [](auto& o) { o.permissions = fs::perms(0600); },
        [](auto& o) { o.scope = ownership::instance; },
        [](auto& o) { o.create_directories = false; },
        [](auto& o) { o.where = storage::network; },
        [](auto& o) { o.heartbeat_interval = 1s; },
        [](auto& o) { o.stale_threshold = 90s; },
        [](auto& o) { o.settle = 0s; },
    };
    for (auto const& change : changes) {
        options_type a, b;
        change(a);
        BOOST_TEST(!are_same(a, b));
        BOOST_TEST(!are_same(b, a));
        change(b);
        BOOST_TEST(are_same(a, b));
    }
    options_type listens;
    listens.on_loss = [](auto const&) {};
    BOOST_TEST(!are_same(listens, listens));
    BOOST_TEST(!are_same(options_type(), listens));
}

BOOST_AUTO_TEST_CASE(of_a_shared_instance_must_be_the_same)
{
    using boost::filelock::shared_instance;
    auto options = steady();
    auto const a = shared_instance<soft_read_write_lock>(path, options);
    BOOST_TEST(a == shared_instance<soft_read_write_lock>(path, options));
    options.heartbeat_interval = 21ms;
    BOOST_CHECK_THROW((void)shared_instance<soft_read_write_lock>(path, options),
                      std::invalid_argument);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_waiting_writer)

BOOST_DATA_TEST_CASE_F(tree, keeps_new_readers_out, both_storages, where)
{
    auto const options = steady(where);
    soft_read_write_lock first(path, options), writer(path, options), later(path, options);
    first.lock_shared();
    waiting writes(writer, role::writer);
    BOOST_TEST(is_there(write));
    BOOST_TEST(!is_free_for(role::reader, options));
    BOOST_TEST(!another_thread().run([&] { return first.try_lock_shared(); })); // nor by joining
    waiting reads(later, role::reader);
    BOOST_TEST(!writes.is_over());
    first.unlock_shared();
    BOOST_TEST(!writes.get());
    BOOST_TEST(reader_names().empty());
    BOOST_TEST(!reads.is_over());
    writes.unlock();
    BOOST_TEST(!reads.get());
    reads.unlock();
}

BOOST_AUTO_TEST_CASE(is_notified_when_readers_release_and_so_are_its_waiters)
{
    soft_read_write_lock writer(path, told()), later(path, told());
    actor reads(path, told(), role::reader);
    reads.expect("held");
    waiting writes(writer, role::writer);
    waiting reads_later(later, role::reader);
    BOOST_TEST(reads.ask("release") == "done");
    BOOST_TEST(!writes.get());
    writes.unlock();
    BOOST_TEST(!reads_later.get());
    reads_later.unlock();
}

BOOST_DATA_TEST_CASE_F(tree, that_gives_up_lets_readers_in, both_storages, where)
{
    auto const options = steady(where);
    soft_read_write_lock first(path, options), writer(path, options);
    first.lock_shared();
    acquire_options how;
    how.timeout = 50ms;
    waiting writes(writer, role::writer, how);
    BOOST_TEST((writes.get() == errc::timed_out));
    BOOST_TEST(!is_there(write));
    BOOST_TEST(is_free_for(role::reader, options));
}

BOOST_AUTO_TEST_CASE(that_is_cancelled_lets_readers_in)
{
    soft_read_write_lock first(path, steady()), writer(path, steady());
    first.lock_shared();
    std::atomic<bool> enough{false};
    acquire_options how;
    how.cancel_check = [&] { return enough.load(); };
    waiting writes(writer, role::writer, how);
    BOOST_TEST(!is_free_for(role::reader));
    enough = true;
    BOOST_TEST((writes.get() == errc::operation_canceled));
    BOOST_TEST(!is_there(write));
    BOOST_TEST(is_free_for(role::reader));
}

BOOST_AUTO_TEST_CASE(that_only_tries_lets_readers_in_at_once)
{
    soft_read_write_lock first(path, steady()), writer(path, steady());
    first.lock_shared();
    fs::last_write_time(path.parent_path(), 0);
    BOOST_TEST(!writer.try_lock());
    BOOST_TEST(fs::last_write_time(path.parent_path()) == 0); // and it has made no claim
    BOOST_TEST(!is_there(write));
    BOOST_TEST(is_free_for(role::reader));
}

BOOST_AUTO_TEST_CASE(whose_callback_throws_lets_readers_in)
{
    soft_read_write_lock first(path, steady()), writer(path, steady());
    first.lock_shared();
    acquire_options how;
    how.on_wait = [](auto const&) { throw std::domain_error("enough"); };
    BOOST_CHECK_THROW(another_thread().run([&] { writer.acquire(how); }), std::domain_error);
    BOOST_TEST(!is_there(write));
    BOOST_TEST(is_free_for(role::reader));
}

BOOST_AUTO_TEST_CASE(in_a_thread_of_the_same_object_keeps_its_other_threads_out)
{
    soft_read_write_lock lock(path, steady());
    lock.lock_shared();
    waiting writes(lock, role::writer);
    BOOST_TEST(!another_thread().run([&] { return lock.try_lock_shared(); }));
    lock.unlock_shared();
    BOOST_TEST(!writes.get());
    writes.unlock();
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_CASE(keeps_its_marker_stamped)
{
    soft_read_write_lock first(path, steady()), writer(path, steady());
    first.lock_shared();
    waiting writes(writer, role::writer);
    wait_for_beats(write, 3);
    first.unlock_shared();
    BOOST_TEST(!writes.get());
    writes.unlock();
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(heartbeats)

BOOST_DATA_TEST_CASE_F(tree, stamp_the_marker, everyone, where, r)
{
    soft_read_write_lock lock(path, steady(where));
    lock_as(lock, r);
    auto const before = stat_of(marker(r));
    wait_for_beats(marker(r), 3);
    BOOST_TEST(stat_of(marker(r)).st_ino == before.st_ino);
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(!lock.loss());
}

BOOST_DATA_TEST_CASE_F(tree, end_with_the_hold, both_roles, r)
{
    soft_read_write_lock lock(path, steady()), another(directory / "other", steady());
    another.lock();
    lock_as(lock, r);
    auto const link = directory / "link";
    fs::create_hard_link(marker(r), link);
    wait_for_beats(link, 1);
    unlock_as(lock, r);
    auto const last = stamp_of(link);
    wait_for_beats(directory / "other.write", 5);
    BOOST_TEST((stamp_of(link) == last));
}

BOOST_DATA_TEST_CASE_F(tree, are_the_parents_not_a_forked_childs, both_roles, r)
{
    child parent([&] {
        soft_read_write_lock lock(path, steady());
        lock_as(lock, r);
        child forked([&] {
            error_code ec;
            lock.release(ec);
            soft_read_write_lock its_own(directory / "other", steady());
            its_own.lock();
            say(message(ec));
            hear();
            return 0;
        });
        say(forked.read_line().value_or("it died"));
        hear();
        return 0;
    });
    parent.expect("done");
    auto const held = marker(r);
    wait_for_beats(held, 2);
    parent.kill(SIGSTOP);
    siginfo_t info;
    BOOST_TEST_REQUIRE(
        ::waitid(P_PID, static_cast<id_t>(parent.pid()), &info, WSTOPPED | WNOWAIT) == 0);
    auto const last = stamp_of(held);
    wait_for_beats(directory / "other.write", 5);
    BOOST_TEST((stamp_of(held) == last));
    parent.kill(SIGCONT);
    wait_for_beats(held, 2);
    parent.write_line("enough");
    BOOST_TEST(parent.wait() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(loss)

BOOST_DATA_TEST_CASE_F(tree, of_the_marker_is_reported_once, everyone, where, r)
{
    told_losses told;
    auto options = steady(where);
    options.on_loss = told.listener();
    soft_read_write_lock lock(path, options), another(directory / "other", steady());
    another.lock();
    lock_as(lock, r);
    auto const token = token_in(marker(r));
    fs::remove(marker(r));
    auto const first = told.first();
    BOOST_TEST((first.path == path));
    BOOST_TEST(first.token == token);
    BOOST_TEST((first.reason == loss_reason::marker_missing));
    BOOST_TEST(!first.error);
    auto const loss = lock.loss();
    BOOST_TEST_REQUIRE(loss.has_value());
    BOOST_TEST((loss->path == path));
    BOOST_TEST(loss->token == token);
    BOOST_TEST((loss->reason == loss_reason::marker_missing));
    error_code ec;
    BOOST_TEST(!lock.still_held(ec));
    BOOST_TEST(!ec);
    BOOST_TEST(lock.is_locked());
    wait_for_beats(directory / "other.write", 5);
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(lock.loss().has_value()); // the loss of the last hold
    lock_as(lock, r);
    BOOST_TEST(!lock.loss());
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(told.all().size() == 1u);
}

BOOST_DATA_TEST_CASE_F(tree, of_a_shared_hold_of_several_threads_is_reported_once, both_storages,
                       where)
{
    told_losses told;
    auto options = steady(where);
    options.on_loss = told.listener();
    soft_read_write_lock lock(path, options), another(directory / "other", steady());
    another.lock();
    another_thread a, b;
    lock.lock_shared();
    a.run([&] { lock.lock_shared(); });
    b.run([&] { lock.lock_shared(); });
    fs::remove(reader());
    BOOST_TEST((told.first().reason == loss_reason::marker_missing));
    wait_for_beats(directory / "other.write", 5);
    BOOST_CHECK_NO_THROW(a.run([&] { lock.release(); }));
    BOOST_CHECK_NO_THROW(b.run([&] { lock.release(); }));
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(told.all().size() == 1u);
    BOOST_TEST(lock.loss().has_value());
}

BOOST_DATA_TEST_CASE_F(tree, to_another_marker_is_reported_as_owner_changed, everyone, where, r)
{
    told_losses told;
    auto options = steady(where);
    options.on_loss = told.listener();
    soft_read_write_lock lock(path, options);
    lock_as(lock, r);
    auto const token = token_in(marker(r));
    write_text(directory / "new", record(4711, "elsewhere"));
    fs::rename(directory / "new", marker(r));
    auto const loss = told.first();
    BOOST_TEST((loss.reason == loss_reason::owner_changed));
    BOOST_TEST(loss.token == token);
    BOOST_CHECK_NO_THROW(lock.release());
}

// This concerns writers alone: no other reader's marker ever has the same name.
BOOST_DATA_TEST_CASE_F(tree, to_another_writer_leaves_its_marker_alone,
                       both_storages* data::make({20, 30'000}), where, milliseconds_between)
{
    told_losses told;
    auto options = steady(where);
    std::chrono::milliseconds const interval(milliseconds_between);
    options.heartbeat_interval = interval;
    options.on_loss = told.listener();
    soft_read_write_lock lock(path, options);
    lock.lock();
    write_text(directory / "new", record(4711, "elsewhere"));
    auto const before = stat_of(directory / "new");
    fs::rename(directory / "new", write);
    if (interval < 1s)
        told.first(); // with the long interval, release detects it
    BOOST_CHECK_NO_THROW(lock.release());
    BOOST_TEST(text_of(write) == record(4711, "elsewhere"));
    BOOST_TEST(stat_of(write).st_ino == before.st_ino);
    BOOST_TEST((as_duration(stat_of(write).st_mtim) == as_duration(before.st_mtim)));
}

BOOST_DATA_TEST_CASE_F(tree, callback_may_release, both_roles, r)
{
    std::promise<error_code> released;
    soft_read_write_lock* its = nullptr;
    auto options = steady();
    options.scope = ownership::instance;
    options.on_loss = [&](lease_loss const&) {
        error_code ec;
        its->release(ec);
        released.set_value(ec);
    };
    soft_read_write_lock lock(path, options);
    its = &lock;
    lock_as(lock, r);
    fs::remove(marker(r));
    auto result = released.get_future();
    BOOST_TEST_REQUIRE((result.wait_for(patience) == std::future_status::ready));
    BOOST_TEST(!result.get());
    BOOST_TEST(!lock.is_locked());
    BOOST_TEST(is_free_for(role::writer));
}

BOOST_DATA_TEST_CASE_F(tree, callback_may_close, both_roles, r)
{
    std::promise<void> closed;
    soft_read_write_lock* its = nullptr;
    auto options = steady();
    options.on_loss = [&](lease_loss const&) {
        its->close();
        closed.set_value();
    };
    soft_read_write_lock lock(path, options);
    its = &lock;
    lock_as(lock, r);
    fs::remove(marker(r));
    BOOST_TEST_REQUIRE((closed.get_future().wait_for(patience) == std::future_status::ready));
    BOOST_CHECK_NO_THROW(unlock_as(lock, r));
    BOOST_TEST((error_of([&] { lock.lock(); }) == error::closed));
}

BOOST_AUTO_TEST_CASE(callback_may_throw_and_other_holds_go_on)
{
    std::promise<void> thrown;
    auto options = steady();
    options.on_loss = [&](lease_loss const&) {
        thrown.set_value();
        throw std::runtime_error("of the test");
    };
    soft_read_write_lock lock(path, options), another(directory / "other", steady());
    another.lock();
    lock.lock();
    fs::remove(write);
    BOOST_TEST_REQUIRE((thrown.get_future().wait_for(patience) == std::future_status::ready));
    wait_for_beats(directory / "other.write", 3);
    BOOST_TEST(lock.loss().has_value());
    BOOST_CHECK_NO_THROW(lock.release());
}

BOOST_AUTO_TEST_CASE(of_a_shared_hold_is_not_shared)
{
    told_losses told;
    auto options = steady();
    options.on_loss = told.listener();
    soft_read_write_lock lock(path, options);
    lock.lock_shared();
    fs::remove(reader());
    told.first();
    another_thread second;
    BOOST_TEST(!second.run([&] { return lock.try_lock_shared(); }));
    waiting third(lock, role::reader);
    BOOST_TEST(reader_names().empty());
    lock.unlock_shared();
    BOOST_TEST(!third.get());
    BOOST_TEST(reader_names().size() == 1u);
    BOOST_TEST(!lock.loss());
    BOOST_TEST(second.run([&] { return lock.try_lock_shared(); })); // there is a hold to join
    BOOST_TEST(reader_names().size() == 1u);
    second.run([&] { lock.unlock_shared(); });
    third.unlock();
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(a_stopped_holder)

auto const supersessions = both_storages * (data::make({role::reader, role::writer, role::writer}) ^
                                            data::make({role::writer, role::reader, role::writer}));

BOOST_DATA_TEST_CASE_F(tree, is_superseded_and_learns_of_its_loss, supersessions, where, r,
                       successor)
{
    check_in_time([&, where = where, r = r, successor = successor](auto threshold) {
        auto const options = hasty(where, threshold);
        actor holder(path, options, r);
        holder.expect("held");
        auto const old = marker(r);
        auto const token = token_in(old);
        holder.stop(old);
        soft_read_write_lock lock(path, options);
        auto const begun = steady_clock::now();
        BOOST_TEST_REQUIRE(try_as(lock, successor, patience));
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
        BOOST_TEST((r != role::reader || !is_there(old)));
        auto const its = stat_of(marker(successor)).st_ino;
        holder.kill(SIGCONT);
        holder.expect("lost");
        BOOST_TEST(holder.ask("token") == token);
        BOOST_TEST(holder.ask("held?") == "no");
        BOOST_TEST(holder.ask("release") == "done");
        BOOST_TEST(stat_of(marker(successor)).st_ino == its);
        error_code ec;
        unless_late(lock.still_held(ec), "the successor has lost it");
        lock.release(ec);
        unless_late(!ec, "the successor has lost it");
        holder.close_input();
        BOOST_TEST(holder.wait() == 0);
        BOOST_TEST(is_clean());
    });
}

BOOST_DATA_TEST_CASE_F(tree, has_lost_the_lock_even_without_a_successor, everyone, where, r)
{
    constexpr auto threshold = 120ms;
    actor holder(path, hasty(where, threshold), r);
    holder.expect("held");
    auto const its = marker(r);
    holder.stop(its);
    auto const last = stamp_of(its);
    eventually("time passes", [&] { return file_clock() - last > threshold; });
    holder.kill(SIGCONT);
    holder.expect("lost");
    BOOST_TEST(holder.ask("token") == token_in(its));
    BOOST_TEST(holder.ask("held?") == "no");
    BOOST_TEST(holder.ask("release") == "done");
    BOOST_TEST(is_clean());
}

// An object that tries repeatedly watches the marker, so it succeeds in the end.
BOOST_DATA_TEST_CASE_F(tree, is_not_superseded_by_a_single_try, both_roles, r)
{
    check_in_time([&, r = r](auto threshold) {
        auto const options = hasty(storage::local, threshold);
        actor holder(path, options, r);
        holder.expect("held");
        holder.stop(marker(r));
        soft_read_write_lock watches(path, options);
        auto const begun = steady_clock::now();
        eventually("the lock is had", [&] {
            if (watches.try_lock())
                return true;
            unless_late(!is_free_for(role::writer, options), "it was old");
            return false;
        });
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
    });
}

BOOST_AUTO_TEST_CASE(that_was_waiting_for_readers_claims_again)
{
    check_in_time([&](auto threshold) {
        auto const options = hasty(storage::local, threshold);
        soft_read_write_lock first(path, options), later(path, options);
        error_code ec;
        first.lock_shared();
        actor writer(path, options, role::writer);
        unless_late(writer.read_line() == "waits", "the reader has lost it");
        unless_late(!is_free_for(role::reader, options), "the writer's marker is old");
        writer.stop(write);
        another_thread reads;
        BOOST_TEST_REQUIRE(reads.run([&] { return later.try_lock_shared_for(patience); }));
        writer.kill(SIGCONT);
        eventually("it waits again", [&] { return is_there(write) || writer.has_line(); });
        unless_late(first.still_held(ec), "the reader has lost it");
        first.release(ec);
        unless_late(!ec, "the reader has lost it");
        bool const has_come = writer.has_line();
        reads.run([&] { later.release(ec); });
        unless_late(!ec, "the later reader has lost it");
        unless_late(!has_come, "it came in beside a reader");
        unless_late(writer.read_line() == "held", "the writer has lost it");
        BOOST_TEST(reader_names().empty());
        writer.close_input();
        BOOST_TEST(writer.wait() == 0);
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(death)

BOOST_DATA_TEST_CASE_F(tree, frees_the_lock_at_once, both_storages* both_roles* both_roles, where,
                       dead, next)
{
    actor holder(path, steady(where), dead);
    holder.expect("held");
    auto const old = marker(dead);
    BOOST_TEST(is_free_for(next, steady(where)) == (dead == role::reader && next == dead));
    holder.die();
    BOOST_TEST(is_there(old));
    if (where == storage::network) {
        BOOST_TEST(is_free_for(next, steady(where)) == (dead == role::reader && next == dead));
        make_tree_old(path);
    }
    BOOST_TEST(is_free_for(next, steady(where)));
    if (dead == role::writer || next == role::writer)
        BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, wakes_a_waiter, both_roles* both_roles, dead, next)
{
    if (dead == role::reader && next == role::reader)
        return;
    actor holder(path, told(), dead);
    holder.expect("held");
    soft_read_write_lock lock(path, told());
    waiting waits(lock, next);
    holder.die();
    BOOST_TEST(!waits.get());
    waits.unlock();
}

BOOST_DATA_TEST_CASE_F(tree, of_one_of_two_readers_leaves_the_other, both_storages, where)
{
    soft_read_write_lock lock(path, steady(where));
    lock.lock_shared();
    actor holder(path, steady(where), role::reader);
    holder.expect("held");
    holder.die();
    BOOST_TEST(!another_thread().run([&] { return is_free_for(role::writer, steady(where)); }));
    error_code ec;
    BOOST_TEST(lock.still_held(ec));
    BOOST_TEST(!is_there(write));
}

BOOST_DATA_TEST_CASE_F(tree, of_a_waiting_writer_lets_readers_in, both_storages, where)
{
    soft_read_write_lock first(path, steady(where));
    first.lock_shared();
    actor writer(path, steady(where), role::writer);
    writer.expect("waits");
    BOOST_TEST(!is_free_for(role::reader, steady(where)));
    writer.die();
    BOOST_TEST(is_there(write));
    if (where == storage::network)
        make_tree_old(path);
    BOOST_TEST(is_free_for(role::reader, steady(where)));
    BOOST_TEST(!is_there(write));
}

BOOST_AUTO_TEST_CASE(of_a_waiting_writer_wakes_readers)
{
    soft_read_write_lock first(path, told()), later(path, told());
    first.lock_shared();
    actor writer(path, told(), role::writer);
    writer.expect("waits");
    waiting reads(later, role::reader);
    writer.die();
    BOOST_TEST(!reads.get());
    reads.unlock();
}

BOOST_DATA_TEST_CASE_F(tree, amid_a_transition_blocks_no_request, everyone, where, r)
{
    write_text(state, record_of_the_dead(directory));
    BOOST_TEST(is_free_for(r, steady(where)));
    BOOST_TEST(is_there(state) == (r == role::reader));
}

// Another implementation wrote the marker, so the marker has no witness.
BOOST_DATA_TEST_CASE_F(tree, of_an_owner_without_witness_counts, everyone, where, r)
{
    auto const dead = record_of_the_dead(directory);
    auto const forged = forge(r, record(std::stoll(dead), host()));
    if (where == storage::network)
        make_old(forged);
    BOOST_TEST(is_free_for(role::writer, steady(where)));
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, is_not_assumed_of_a_living_owner_with_an_old_marker, everyone, where,
                       r)
{
    auto const options = hasty(where, 120ms);
    auto const text = record(::getppid(), host());
    auto const forged = forge(r, text);
    make_old(forged);
    auto const made = as_duration(stat_of(forged).st_ctim);
    while (file_clock() - made < 3 * *options.stale_threshold)
        BOOST_TEST(!is_free_for(role::writer, options));
    BOOST_TEST(text_of(forged) == text);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(state_of_a_transition)

BOOST_DATA_TEST_CASE_F(tree, with_a_living_owner_keeps_out_writers_but_no_readers, both_storages,
                       where)
{
    soft_file_lock in_it(state);
    in_it.lock();
    another_thread other;
    BOOST_TEST(other.run([&] { return is_free_for(role::reader, steady(where)); }));
    soft_read_write_lock lock(path, steady(where));
    acquire_options how;
    how.timeout = 50ms;
    BOOST_TEST(!other.run([&] { return lock.try_lock(); }));
    BOOST_TEST(
        (other.run([&] { return error_of([&] { lock.acquire(how); }); }) == errc::timed_out));
    BOOST_TEST(!is_there(write));
    waiting writes(lock, role::writer);
    in_it.unlock();
    BOOST_TEST(!writes.get());
    writes.unlock();
}

BOOST_DATA_TEST_CASE_F(tree, of_another_host_delays_writers_by_the_threshold, both_storages, where)
{
    check_in_time([&, where = where](auto threshold) {
        auto const text = "4711\nelsewhere\n12345\n"s;
        write_text(state, text);
        BOOST_TEST(is_free_for(role::reader, hasty(where, threshold)));
        unless_late(!is_free_for(role::writer, hasty(where, threshold)), "it was old");
        BOOST_TEST(text_of(state) == text);
        soft_read_write_lock lock(path, hasty(where, threshold));
        auto const begun = steady_clock::now();
        BOOST_TEST(lock.try_lock_for(patience));
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
        BOOST_TEST(!is_there(state));
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(of_another_host)

BOOST_DATA_TEST_CASE_F(tree, a_marker_is_removed_when_it_has_not_changed_for_the_threshold,
                       everyone, where, r)
{
    check_in_time([&, where = where, r = r](auto threshold) {
        auto const text = record(4711, "elsewhere");
        auto const forged = forge(r, text);
        unless_late(!is_free_for(role::writer, hasty(where, threshold)), "it was old");
        unless_late(is_free_for(role::reader, hasty(where, threshold)) == (r == role::reader),
                    "it was old");
        BOOST_TEST(text_of(forged) == text);
        soft_read_write_lock lock(path, hasty(where, threshold));
        auto const begun = steady_clock::now();
        BOOST_TEST_REQUIRE(try_as(lock, other(r), patience));
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
        error_code ec;
        lock.release(ec);
        unless_late(!ec, "we have lost it");
        BOOST_TEST(is_clean());
    });
}

BOOST_DATA_TEST_CASE_F(tree, a_marker_that_is_stamped_is_waited_for, everyone, where, r)
{
    auto const forged = forge(r, record(4711, "elsewhere"));
    constexpr auto threshold = 120ms;
    soft_read_write_lock lock(path, hasty(where, threshold));
    waiting waits(lock, other(r));
    auto const end = steady_clock::now() + 3 * threshold;
    auto last = steady_clock::now();
    for (auto now = last; now < end && stamp(forged); now = steady_clock::now()) {
        last = now;
        std::this_thread::sleep_for(threshold / 20);
    }
    BOOST_TEST(!waits.get());
    BOOST_TEST((steady_clock::now() - last >= threshold));
    waits.unlock();
}

BOOST_DATA_TEST_CASE_F(tree, a_marker_of_twice_the_threshold_is_removed_at_once, everyone, where, r)
{
    auto const forged = forge(r, record(4711, "elsewhere"));
    constexpr auto threshold = 120ms;
    make_old(forged); // the change time is the present
    auto const changed = as_duration(stat_of(forged).st_ctim);
    for (bool is_free = false; !is_free;) {
        is_free = is_free_for(role::writer, hasty(where, threshold));
        auto const age = file_clock() - changed;
        BOOST_TEST((!is_free || age >= 2 * threshold));
        BOOST_TEST_REQUIRE((age < patience));
    }
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, a_marker_from_the_future_is_watched_like_others, everyone, where, r)
{
    check_in_time([&, where = where, r = r](auto threshold) {
        fs::last_write_time(forge(r, record(4711, "elsewhere")), ::time(nullptr) + 1'000'000);
        soft_read_write_lock lock(path, hasty(where, threshold));
        auto const begun = steady_clock::now();
        BOOST_TEST(lock.try_lock_for(patience));
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
    });
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(other_files)

auto const beginnings =
    data::make({""s, some_token.substr(0, 7), some_token + "\n47",
                record(4711, "elsewhere"s).substr(0, 40), std::string(5, '\0')});

BOOST_DATA_TEST_CASE_F(tree, unfinished_marker_is_kept_for_the_threshold, both_roles* beginnings, r,
                       text)
{
    check_in_time([&, r = r, text = text](auto threshold) {
        auto const forged = forge(r, text);
        unless_late(!is_free_for(role::writer, hasty(storage::local, threshold)), "it was old");
        BOOST_TEST(text_of(forged) == text);
        soft_read_write_lock lock(path, hasty(storage::local, threshold));
        auto const begun = steady_clock::now();
        BOOST_TEST_REQUIRE(try_as(lock, other(r), patience));
        unless_late(steady_clock::now() - begun >= threshold, "it was old when we came");
        error_code ec;
        lock.release(ec);
        unless_late(!ec, "we have lost it");
        BOOST_TEST(is_clean());
    });
}

// Readers do not read others' markers in the readers' directory, so that combination is left out.
void check_that_it_is_refused(tree const& t, role r)
{
    for (role const contender : {role::reader, role::writer}) {
        if (r == role::reader && contender == role::reader)
            continue;
        BOOST_TEST_CONTEXT(contender)
        {
            for (auto where : {storage::local, storage::network}) {
                soft_read_write_lock lock(t.path, hasty(where));
                BOOST_TEST(
                    (error_of([&] { (void)try_as(lock, contender); }) == error::not_a_lock_file));
                BOOST_TEST((error_of([&] { lock_as(lock, contender); }) == error::not_a_lock_file));
                BOOST_TEST(!lock.is_locked());
            }
        }
    }
}

auto const somebodys = data::make(
    {"hello\n"s, "{\"a\": 1}\n"s, std::string(2000, '\0'), std::string(2000, '\n'),
     "4711\nelsewhere\n12345\n"s, record(4711, "elsewhere") + "more\n", record(4711, "two words"),
     some_token + "\n04711\nelsewhere\n"s, "0123456789ABCDEF0123456789ABCDEF\n4711\nelsewhere\n"s});

BOOST_DATA_TEST_CASE_F(tree, foreign_data_is_refused, both_roles* somebodys, r, text)
{
    auto const forged = forge(r, text);
    make_old(forged);
    check_that_it_is_refused(*this, r);
    BOOST_TEST(text_of(forged) == text);
    BOOST_TEST((r == role::writer || !is_there(write)));
    BOOST_TEST(!is_there(state));
}

BOOST_DATA_TEST_CASE_F(tree, non_regular_marker_is_refused, both_roles, r)
{
    auto const where_it_is = forge(r, "");
    auto const target = directory / "target";
    auto const whole = record(4711, "elsewhere");
    write_text(target, whole);
    std::function<void()> const all[] = {
        [&] { fs::create_directory(where_it_is); },
        [&] { BOOST_TEST(::mkfifo(where_it_is.c_str(), 0600) == 0); },
        [&] { fs::create_symlink(target, where_it_is); },
        [&] { fs::create_symlink(directory / "none", where_it_is); },
    };
    for (auto const& make : all) {
        fs::remove(where_it_is);
        make();
        auto const before = stat_of(where_it_is);
        check_that_it_is_refused(*this, r);
        BOOST_TEST(stat_of(where_it_is).st_ino == before.st_ino);
    }
    BOOST_TEST(text_of(target) == whole);
    BOOST_TEST(!is_there(directory / "none"));
}

BOOST_DATA_TEST_CASE_F(tree, non_directory_of_readers_is_refused, everyone, where, r)
{
    auto const target = directory / "target";
    fs::create_directory(target);
    std::function<void()> const all[] = {
        [&] { write_text(readers, ""); },
        [&] { BOOST_TEST(::mkfifo(readers.c_str(), 0600) == 0); },
        [&] { fs::create_directory_symlink(target, readers); },
        [&] { fs::create_symlink(directory / "none", readers); },
    };
    for (auto const& make : all) {
        make();
        auto const before = stat_of(readers);
        soft_read_write_lock lock(path, steady(where));
        BOOST_TEST((error_of([&] { lock_as(lock, r); }) == error::not_a_lock_file));
        BOOST_TEST(stat_of(readers).st_ino == before.st_ino);
        BOOST_TEST(!is_there(write));
        fs::remove(readers);
    }
    BOOST_TEST(fs::is_empty(target));
    BOOST_TEST(!is_there(directory / "none"));
}

BOOST_DATA_TEST_CASE_F(tree, housekeeping_names_are_ignored, both_storages, where)
{
    fs::create_directory(readers);
    std::string const housekeeping[] = {".hidden", ".nfs0123", some_token + ".4711.break.1.x",
                                        "a.break"};
    for (auto const& name : housekeeping)
        write_text(readers / name, record(4711, "elsewhere"));
    fs::create_directory(readers / ".a.directory");
    BOOST_TEST(is_free_for(role::writer, steady(where)));
    BOOST_TEST(is_free_for(role::reader, steady(where)));
    soft_read_write_lock lock(path, steady(where));
    BOOST_TEST(lock.holders().empty());
}

BOOST_DATA_TEST_CASE_F(tree, any_other_name_may_be_a_marker, both_storages, where)
{
    fs::create_directory(readers);
    write_text(readers / "whatever", record(4711, "elsewhere"));
    BOOST_TEST(!is_free_for(role::writer, steady(where)));
}

BOOST_DATA_TEST_CASE_F(tree, trailing_newlines_are_accepted, everyone, where, r)
{
    forge(r, record(4711, "elsewhere") + "\n\n");
    BOOST_TEST(!is_free_for(role::writer, steady(where)));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(settling)

BOOST_DATA_TEST_CASE_F(tree, delays_a_writer, both_storages, where)
{
    auto options = steady(where);
    options.settle = 300ms;
    soft_read_write_lock lock(path, options);
    auto const begun = steady_clock::now();
    BOOST_TEST(lock.try_lock());
    BOOST_TEST((steady_clock::now() - begun >= 300ms));
    lock.unlock();
    BOOST_TEST(lock.try_lock_until(steady_clock::now() - 1h)); // the same
    lock.unlock();
    BOOST_TEST(lock.try_lock_until(std::chrono::system_clock::now() - 1h));
}

BOOST_DATA_TEST_CASE_F(tree, counts_against_the_time_limit, both_storages, where)
{
    auto options = steady(where);
    options.settle = 1h;
    soft_read_write_lock lock(path, options);
    BOOST_TEST(!lock.try_lock_for(50ms));
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, is_not_for_readers, both_storages, where)
{
    auto options = steady(where);
    options.settle = 1h;
    BOOST_TEST(is_free_for(role::reader, options));
}

BOOST_DATA_TEST_CASE_F(tree, keeps_readers_out, both_storages, where)
{
    auto options = steady(where);
    options.settle = 1h;
    soft_read_write_lock lock(path, options);
    std::atomic<bool> enough{false};
    acquire_options how;
    how.cancel_check = [&] { return enough.load(); };
    another_thread writes;
    auto result = writes.start([&] { return error_of([&] { lock.acquire(how); }); });
    eventually("the writer is there", [&] { return is_there(write); });
    BOOST_TEST(!is_free_for(role::reader, options));
    enough = true;
    BOOST_TEST_REQUIRE((result.wait_for(patience) == std::future_status::ready));
    BOOST_TEST((result.get() == errc::operation_canceled));
    BOOST_TEST(is_free_for(role::reader, options));
}

namespace {

// Settling would take two seconds. The machine is not slow at every attempt.
void check_no_settling(soft_read_write_lock& lock)
{
    bool is_in_time = false;
    for (int i = 0; i < 10 && !is_in_time; ++i)
        is_in_time = lock.try_lock_for(1900ms);
    BOOST_TEST(is_in_time);
}

} // namespace

BOOST_AUTO_TEST_CASE(is_skipped_on_local_storage_only)
{
    auto options = steady(storage::network);
    options.settle.reset();
    soft_read_write_lock lock(path, options);
    auto const begun = steady_clock::now();
    BOOST_TEST(!lock.try_lock_for(1s));
    BOOST_TEST(is_clean());
    BOOST_TEST(lock.try_lock());
    BOOST_TEST((steady_clock::now() - begun >= 3s));
    lock.unlock();
    options.where = storage::local;
    soft_read_write_lock local(path, options);
    check_no_settling(local);
}

BOOST_AUTO_TEST_CASE(is_skipped_where_it_is_zero)
{
    soft_read_write_lock lock(path, steady(storage::network));
    check_no_settling(lock);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(closing)

BOOST_DATA_TEST_CASE_F(tree, releases_every_hold, both_storages, where)
{
    soft_read_write_lock lock(path, steady(where)), writes(directory / "other", steady(where));
    another_thread a, b;
    lock.lock_shared();
    a.run([&] { lock.lock_shared(); });
    a.run([&] { lock.lock_shared(); });
    b.run([&] { writes.lock(); });
    lock.close();
    writes.close();
    BOOST_TEST(reader_names().empty());
    BOOST_TEST(!is_there(directory / "other.write"));
    BOOST_TEST(is_free_for(role::writer, steady(where)));
    BOOST_TEST(!lock.is_locked());
    BOOST_CHECK_NO_THROW(a.run([&] { lock.unlock_shared(); }));
    BOOST_CHECK_NO_THROW(a.run([&] { lock.release(); }));
    BOOST_CHECK_NO_THROW(b.run([&] { writes.unlock(); }));
    BOOST_CHECK_NO_THROW(lock.unlock_shared());
    lock.close();
}

BOOST_AUTO_TEST_CASE(is_no_loss)
{
    told_losses told;
    auto options = steady();
    options.on_loss = told.listener();
    soft_read_write_lock lock(path, options), another(directory / "other", steady());
    another.lock();
    lock.lock();
    lock.close();
    wait_for_beats(directory / "other.write", 3);
    BOOST_TEST(told.all().empty());
    BOOST_TEST(!lock.loss());
}

// The poll interval is an hour, so only close() can end the wait.
BOOST_DATA_TEST_CASE_F(tree, ends_waits_for_other_processes, both_roles, r)
{
    actor holder(path, told(), other(r));
    holder.expect("held");
    child closes([&] {
        auto options = told();
        options.heartbeat_interval = 1h; // so that no heartbeat wakes it either
        soft_read_write_lock lock(path, options);
        waiting waits(lock, r);
        say("waits");
        hear();
        lock.close();
        auto const ec = waits.get();
        say(ec == error::closed ? "closed" : message(ec));
        return 0;
    });
    closes.expect("waits");
    wait_until_quiet(closes.pid());
    closes.write_line("close");
    closes.expect("closed");
    BOOST_TEST(holder.ask("release") == "done");
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, ends_waits_for_threads_of_the_same_object, both_roles, r)
{
    soft_read_write_lock lock(path, told());
    lock_as(lock, other(r));
    waiting waits(lock, r);
    lock.close();
    BOOST_TEST((waits.get() == error::closed));
    BOOST_CHECK_NO_THROW(unlock_as(lock, other(r)));
    BOOST_TEST(is_clean());
}

BOOST_DATA_TEST_CASE_F(tree, is_final, both_roles, r)
{
    soft_read_write_lock lock(path, steady());
    lock.close();
    BOOST_TEST((error_of([&] { lock_as(lock, r); }) == error::closed));
    BOOST_TEST((error_of([&] { (void)try_as(lock, r); }) == error::closed));
    BOOST_TEST((error_of([&] { (void)try_as(lock, r, 10ms); }) == error::closed));
    BOOST_TEST((error_of([&] { unlock_as(lock, r); }) == errc::operation_not_permitted));
    BOOST_TEST(names_in(directory).empty());
}

BOOST_AUTO_TEST_CASE(ends_asynchronous_waits_and_holds)
{
    actor writer(path, told(), role::writer);
    writer.expect("held");
    soft_read_write_lock waited_for(path, told()), held(directory / "other", told());
    asio::io_context context;
    std::vector<error_code> results;
    boost::filelock::held_lock<soft_read_write_lock> hold;
    async_acquire(held, asio::bind_executor(context, [&](error_code ec, auto got) {
                      results.push_back(ec);
                      hold = std::move(got);
                  }));
    context.run();
    BOOST_TEST_REQUIRE(results.size() == 1u);
    BOOST_TEST(!results[0]);
    context.restart();
    acquire_options how;
    how.progress_interval = 1h;
    how.on_wait = [&](auto const&) {
        waited_for.close();
        held.close();
    };
    async_acquire_shared(waited_for, how,
                         asio::bind_executor(context, [&](error_code ec, auto got) {
                             results.push_back(ec);
                             BOOST_TEST(!got.owns_lock());
                         }));
    async_acquire(waited_for,
                  bind_executor(context, [&](error_code ec, auto) { results.push_back(ec); }));
    context.run_for(patience);
    BOOST_TEST_REQUIRE(results.size() == 3u);
    BOOST_TEST((results[1] == error::closed));
    BOOST_TEST((results[2] == error::closed));
    BOOST_TEST(!is_there(directory / "other.write"));
    BOOST_CHECK_NO_THROW(hold.unlock());
    context.restart();
    async_acquire(waited_for,
                  bind_executor(context, [&](error_code ec, auto) { results.push_back(ec); }));
    context.run_for(patience);
    BOOST_TEST_REQUIRE(results.size() == 4u);
    BOOST_TEST((results[3] == error::closed));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(holders)

BOOST_AUTO_TEST_CASE(are_none_where_the_lock_is_free)
{
    soft_read_write_lock lock(path, steady());
    BOOST_TEST(lock.holders().empty());
    BOOST_TEST(!lock.holder());
    BOOST_TEST(names_in(directory).empty());
    for (role const r : {role::reader, role::writer}) {
        lock_as(lock, r);
        unlock_as(lock, r);
        BOOST_TEST(lock.holders().empty());
    }
}

BOOST_DATA_TEST_CASE_F(tree, are_the_readers_and_then_the_writer, both_storages, where)
{
    actor reads(path, steady(where), role::reader);
    reads.expect("held");
    auto const its = token_in(reader());
    soft_read_write_lock lock(path, steady(where));
    lock.lock_shared();
    actor writes(path, steady(where), role::writer);
    writes.expect("waits");
    auto all = lock.holders();
    BOOST_TEST_REQUIRE(all.size() == 3u);
    for (auto const& one : all) {
        BOOST_TEST(one.hostname == host());
        BOOST_TEST(is_token(one.token));
        BOOST_TEST_REQUIRE(one.age.has_value());
        BOOST_TEST((*one.age >= 0s && *one.age < patience));
    }
    BOOST_TEST((all[0].mode == owner_mode::reader));
    BOOST_TEST((all[1].mode == owner_mode::reader));
    BOOST_TEST((all[2].mode == owner_mode::writer));
    if (all[0].pid != reads.pid())
        std::swap(all[0], all[1]);
    BOOST_TEST(all[0].pid == reads.pid());
    BOOST_TEST(all[0].token == its);
    BOOST_TEST(all[1].pid == ::getpid());
    BOOST_TEST(all[2].pid == writes.pid());
    BOOST_TEST(all[2].token == token_in(write));
    BOOST_TEST((lock.holder().value().mode == owner_mode::reader));
}

BOOST_AUTO_TEST_CASE(may_be_on_another_host)
{
    forge(role::writer, record(4711, "elsewhere"));
    soft_read_write_lock lock(path, steady());
    auto const who = lock.holder();
    BOOST_TEST_REQUIRE(who.has_value());
    BOOST_TEST((who->mode == owner_mode::writer));
    BOOST_TEST(who->pid == 4711);
    BOOST_TEST(who->hostname == "elsewhere");
    BOOST_TEST(who->token == some_token);
    BOOST_TEST(who->command == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(deadlock)

BOOST_DATA_TEST_CASE_F(tree, behind_a_writer_that_waits_for_the_caller, both_storages, where)
{
    auto const options = steady(where);
    soft_read_write_lock a(path, options), b(path, options), c(path, options);
    a.lock_shared();
    waiting writes(b, role::writer);
    BOOST_TEST((error_of([&] { c.lock_shared(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(!c.try_lock_shared());
    BOOST_TEST(!c.try_lock_shared_for(20ms));
    BOOST_TEST(!writes.is_over());
    a.unlock_shared();
    BOOST_TEST(!writes.get());
    writes.unlock();
    BOOST_TEST(c.try_lock_shared());
}

BOOST_DATA_TEST_CASE_F(tree, behind_a_writer_of_another_process_that_waits_for_the_caller,
                       both_storages, where)
{
    soft_read_write_lock a(path, steady(where)), c(path, steady(where));
    a.lock_shared();
    actor writes(path, steady(where), role::writer);
    writes.expect("waits");
    BOOST_TEST((error_of([&] { c.lock_shared(); }) == errc::resource_deadlock_would_occur));
    BOOST_TEST(!c.try_lock_shared_for(20ms));
    a.unlock_shared();
    writes.expect("held");
}

BOOST_AUTO_TEST_CASE(with_the_caller_through_another_object)
{
    soft_read_write_lock a(path, steady()), b(path, steady());
    for (role const r : {role::reader, role::writer}) {
        lock_as(a, r);
        BOOST_TEST((error_of([&] { b.lock(); }) == errc::resource_deadlock_would_occur));
        BOOST_TEST(!b.try_lock_for(20ms));
        BOOST_TEST((is_there(write) == (r == role::writer)));
        unlock_as(a, r);
    }
    BOOST_TEST(is_clean());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE_END()
