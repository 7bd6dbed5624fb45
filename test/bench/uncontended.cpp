// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The cost of a lock that is free, relative to the same system calls made bare and to other
// libraries. The arguments are a kind of lock, and NAME=COMMAND for the program of each other
// library. Figures are medians of ratios between neighbouring rounds of one run, so that a
// temporarily slow machine does not matter.

#include "bare_claims.hpp"
#include "bare_marker.hpp"
#include "bare_ranges.hpp"
#include "bare_tree.hpp"
#include "measure.hpp"

#include <boost/filelock/file_lock.hpp>
#include <boost/filelock/read_write_lock.hpp>
#include <boost/filelock/soft_file_lease.hpp>
#include <boost/filelock/soft_file_lock.hpp>
#include <boost/filelock/soft_read_write_lock.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/interprocess/sync/file_lock.hpp>

#include <chrono>
#include <cstring>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <sys/stat.h>

using namespace bench;

namespace {

using boost::filelock::file_lock;
using boost::filelock::read_write_lock;
using boost::filelock::soft_file_lock;
using boost::filelock::soft_read_write_lock;

constexpr int rounds = 100, repetitions = 500, flushes = 5;

/// Returns the nanoseconds for one call of `f`.
template <class F>
double time_of(F const& f, int count = repetitions)
{
    auto const start = now();
    for (int i = 0; i < count; ++i)
        f();
    return (now() - start) / count;
}

// Makes the fewest possible system calls: open, lock, check that the path still names the file,
// unlock, close.
template <class Locking>
void bare(char const* path, Locking const& locking)
{
    int const fd = ::open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
    struct ::stat held, named;
    check(fd != -1 && locking(fd, true) == 0 && ::fstat(fd, &held) == 0 &&
          ::lstat(path, &named) == 0 && held.st_ino == named.st_ino && locking(fd, false) == 0 &&
          ::close(fd) == 0);
}

int exclusive(int fd, bool on)
{
    return ::flock(fd, on ? LOCK_EX | LOCK_NB : LOCK_UN);
}

int shared(int fd, bool on)
{
    return ::flock(fd, on ? LOCK_SH | LOCK_NB : LOCK_UN);
}

int record(int fd, bool on)
{
    struct ::flock whole = {};
    whole.l_type = on ? F_WRLCK : F_UNLCK;
    return ::fcntl(fd, F_OFD_SETLK, &whole);
}

/// The results of one kind of lock, relative to one list of system calls.
class comparison
{
public:
    using calls = std::function<void()>;

    comparison(char const* kind, calls base, std::string path)
        : chart_(std::string("uncontended, ") + kind), base_(std::move(base)),
          path_(std::move(path))
    {}

    template <class F>
    void line(char const* name, F const& measured)
    {
        line(name, measured, base_);
    }
    template <class F>
    void line(char const* name, F const& measured, calls const& base)
    {
        compare(
            name, [&] { return time_of(measured); }, [&] { return time_of(base); }, rounds);
    }
    /// Measures calls that wait for the disk.
    template <class F, class Base>
    void line_of_flushes(char const* name, F const& measured, Base const& base)
    {
        compare(
            name, [&] { return time_of(measured, flushes); },
            [&] { return time_of(base, flushes); }, rounds);
    }

    /// Measures what every kind of lock has.
    template <class Lock>
    void lines_of_each_kind(Lock& lock)
    {
        auto const locks = [&] {
            lock.lock();
            lock.unlock();
        };
        line("lock + unlock", locks);
        line("try_lock_for + unlock", [&] {
            check(lock.try_lock_for(std::chrono::seconds(1)));
            lock.unlock();
        });
        line("acquire + unlock", [&] {
            lock.acquire();
            lock.unlock();
        });
        lock.lock();
        line("a recursive level", locks);
        lock.unlock();
        std::recursive_mutex mutex;
        std::lock_guard<std::recursive_mutex> const guard(mutex);
        line("a level of std::recursive_mutex", [&] {
            mutex.lock();
            mutex.unlock();
        });
    }

    /// Measures what every kind of lock with readers has.
    template <class Lock>
    void lines_of_readers(Lock& lock)
    {
        auto const locks = [&] {
            lock.lock_shared();
            lock.unlock_shared();
        };
        line("lock_shared + unlock_shared", locks);
        line("try_lock_shared_for + unlock_shared", [&] {
            check(lock.try_lock_shared_for(std::chrono::seconds(1)));
            lock.unlock_shared();
        });
        line("acquire_shared + unlock_shared", [&] {
            lock.acquire_shared();
            lock.unlock_shared();
        });
        lock.lock_shared();
        line("a recursive level", locks);
        lock.unlock_shared();
    }

    void lines_of_peers(std::vector<std::string> const& peers)
    {
        for (auto const& argument : peers) {
            auto const end = argument.find('=');
            process peer({"sh", "-c", "exec " + argument.substr(end + 1) + " " + path_ + ".peer"});
            auto const measured = [&] {
                peer.tell(std::to_string(repetitions));
                return peer.number() / repetitions;
            };
            compare(
                argument.substr(0, end).c_str(), measured, [&] { return time_of(base_); }, 20);
        }
    }

private:
    /// Both functions return nanoseconds.
    template <class F, class Base>
    void compare(char const* name, F const& measured, Base const& based, int times)
    {
        std::vector<double> figures, ratios;
        measured(), based(); // a warm-up
        for (int i = 0; i < times; ++i) {
            double const a = measured(), b = based();
            figures.push_back(a);
            ratios.push_back(a / b);
        }
        report(chart_.c_str(), name, median(figures), "ns", median(ratios), "the bare calls");
    }

    std::string chart_;
    calls base_;
    std::string path_;
};

/// Creates an empty file.
std::string made(std::string const& path)
{
    int const fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
    check(fd != -1 && ::close(fd) == 0);
    return path;
}

/// Returns when the names in the directory are on the disk.
void flush(std::string const& directory)
{
    int const fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    check(fd != -1 && ::fsync(fd) == 0 && ::close(fd) == 0);
}

void of_file_lock(std::string const& path, std::vector<std::string> const& peers)
{
    auto const bare_path = path + ".bare"; // separate, because our lock may be held
    auto const calls = [&](auto const& locking) {
        return [&] { bare(bare_path.c_str(), locking); };
    };
    comparison c("file_lock", calls(exclusive), path);
    file_lock lock(path);
    c.lines_of_each_kind(lock);
    auto const shares = [&] {
        lock.lock_shared();
        lock.unlock_shared();
    };
    c.line("lock_shared + unlock_shared", shares, calls(shared));
    boost::filelock::file_lock_options options;
    options.backend = boost::filelock::kernel_lock::record;
    file_lock of_record(path, options);
    auto const locks_record = [&] {
        of_record.lock();
        of_record.unlock();
    };
    c.line("lock + unlock, kernel_lock::record", locks_record, calls(record));
    boost::interprocess::file_lock kept_open(path.c_str());
    c.line("Boost.Interprocess's file_lock, kept open", [&] {
        kept_open.lock();
        kept_open.unlock();
    });
    c.lines_of_peers(peers);
}

void of_soft_file_lock(std::string const& directory, std::string const& path,
                       std::vector<std::string> const& peers)
{
    bare_marker marker(directory, path + ".bare");
    auto const calls = [&] {
        check(marker.make());
        marker.remove();
    };
    comparison c("soft_file_lock", calls, path);
    soft_file_lock lock(path);
    c.lines_of_each_kind(lock);
    c.lines_of_peers(peers);
}

// The bare calls are those of a marker that nothing refreshes.
void of_soft_file_lease(std::string const& directory, std::string const& path)
{
    bare_marker marker(directory, path + ".bare");
    auto const calls = [&] {
        check(marker.make());
        marker.remove();
    };
    comparison c("soft_file_lease", calls, path);
    boost::filelock::soft_file_lease lock(path);
    c.lines_of_each_kind(lock);
    auto const with_fence = [&] {
        lock.lock();
        check(lock.fence() != 0);
        lock.unlock();
    };
    int last = 0;
    auto const with_flushed_name = [&] {
        calls();
        made(directory + "/number" + std::to_string(++last));
        flush(directory);
    };
    c.line_of_flushes("lock + fence + unlock", with_fence, with_flushed_name);
    lock.lock();
    c.line("extend", [&] { lock.extend(); });
    lock.unlock();
}

void of_strict_soft_file_lock(std::string const& path)
{
    bare_claims claims(path + ".bare");
    auto const calls = [&] {
        claims.make();
        claims.remove();
    };
    comparison c("strict_soft_file_lock", calls, path);
    boost::filelock::strict_soft_file_lock lock(path);
    c.lines_of_each_kind(lock);
}

void of_readers(std::string const& path, std::vector<std::string> const& peers)
{
    bare_ranges ranges(path + ".bare");
    auto const reads = [&] {
        ranges.read();
        ranges.release();
    };
    comparison c("read_write_lock's readers", reads, path);
    read_write_lock lock(path);
    c.lines_of_readers(lock);
    // This lock has a file of its own: it is lost when the process closes any other descriptor of
    // the same file.
    boost::interprocess::file_lock kept_open(made(path + ".kept_open").c_str());
    c.line("Boost.Interprocess's file_lock, kept open", [&] {
        kept_open.lock_sharable();
        kept_open.unlock_sharable();
    });
    c.lines_of_peers(peers);
}

void of_writers(std::string const& path, std::vector<std::string> const& peers)
{
    bare_ranges ranges(path + ".bare");
    auto const writes = [&] {
        ranges.write();
        ranges.release();
    };
    comparison c("read_write_lock's writers", writes, path);
    read_write_lock lock(path);
    c.lines_of_each_kind(lock);
    auto const upgrades = [&] {
        lock.lock_upgrade();
        lock.unlock_upgrade();
    };
    c.line("lock_upgrade + unlock_upgrade", upgrades, [&] {
        ranges.upgrade();
        ranges.release();
    });
    auto const comes_to_write = [&] {
        lock.lock_upgrade();
        lock.unlock_upgrade_and_lock();
        lock.unlock();
    };
    c.line("lock_upgrade + unlock_upgrade_and_lock + unlock", comes_to_write, [&] {
        ranges.upgrade();
        ranges.strengthen();
        ranges.release();
    });
    boost::interprocess::file_lock kept_open(made(path + ".kept_open").c_str());
    c.line("Boost.Interprocess's file_lock, kept open", [&] {
        kept_open.lock();
        kept_open.unlock();
    });
    c.lines_of_peers(peers);
}

void of_a_tree(std::string const& directory, std::string const& path, bool reads,
               std::vector<std::string> const& peers)
{
    bare_tree tree(directory, path + ".bare");
    soft_read_write_lock lock(path);
    if (reads) {
        auto const calls = [&] {
            tree.read();
            tree.stop_reading();
        };
        comparison c("soft_read_write_lock's readers", calls, path);
        c.lines_of_readers(lock);
        c.lines_of_peers(peers);
    } else {
        auto const calls = [&] {
            tree.write();
            tree.stop_writing();
        };
        comparison c("soft_read_write_lock's writers", calls, path);
        c.lines_of_each_kind(lock);
        c.lines_of_peers(peers);
    }
}

} // namespace

int main(int argc, char** argv)
{
    std::map<std::string, std::vector<std::string>> peers;
    std::string kind;
    for (int i = 1; i < argc; ++i)
        if (std::strchr(argv[i], '='))
            peers[kind].push_back(argv[i]);
        else
            kind = argv[i];

    temporary_directory const directory;
    auto const path_of = [&](char const* name) { return (directory.path / name).string(); };
    of_file_lock(path_of("file_lock"), peers["file_lock"]);
    of_soft_file_lock(directory.path.string(), path_of("soft_file_lock"), peers["soft_file_lock"]);
    of_soft_file_lease(directory.path.string(), path_of("soft_file_lease"));
    of_strict_soft_file_lock(path_of("strict_soft_file_lock"));
    of_readers(path_of("readers"), peers["readers"]);
    of_writers(path_of("writers"), peers["writers"]);
    of_a_tree(directory.path.string(), path_of("tree_readers"), true, peers["tree_readers"]);
    of_a_tree(directory.path.string(), path_of("tree_writers"), false, peers["tree_writers"]);
}
