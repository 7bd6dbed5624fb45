// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../sleeper.hpp"

#if !defined(BOOST_FILELOCK_NO_CHANGE_NOTICE)

#include "../fork.hpp"

#include <boost/intrusive/set.hpp>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <mutex>
#include <new>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {

/// The process's instance of inotify: a user may have 128, and one costs more than many watches.
/// Guarded by `notice_mutex()`, which is held over forks.
class notice_board
{
public:
    using time_point = sleeper::time_point;

    static notice_board& open() // with the mutex held
    {
        // Never destroyed: locks may be of static storage.
        alignas(notice_board) static unsigned char place[sizeof(notice_board)];
        static notice_board& board = *new (place) notice_board;
        if (board.generation_ != process_generation())
            board.start_afresh();
        return board;
    }

    bool is_ours(sleeper const& s) const noexcept { return s.watched_in_ == generation_; }

    bool add(sleeper& s, descriptor const& file) noexcept
    {
        if (!have_instance())
            return false;
        // By its descriptor, and not by a name that may have become another file's.
        char path[32];
        std::snprintf(path, sizeof path, "/proc/self/fd/%d", file.native());
        // A close is what comes after an unlock, or at the end of a process. An unlink of a file
        // that is open shows as IN_ATTRIB alone.
        int const watch = ::inotify_add_watch(inotify_.native(), path,
                                              IN_CLOSE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB);
        if (watch == -1)
            return false; // ENOSPC: too many; EACCES: we may not read it; ENOENT: there is no /proc
        s.watch_ = watch;
        s.is_gone_ = false;
        s.watched_in_ = generation_;
        watchers_.insert(s);
        return true;
    }

    void remove(sleeper& s) noexcept
    {
        s.watched_in_ = 0;
        watchers_.erase(watchers_.iterator_to(s));
        // Two watches of one file are one to inotify.
        auto const same = watchers_.equal_range(s.watch_);
        bool const is_shared = std::any_of(same.first, same.second,
                                           [](sleeper const& other) { return !other.is_gone_; });
        if (!is_shared && !s.is_gone_)
            (void)::inotify_rm_watch(inotify_.native(), s.watch_);
    }

    bool is_read_by(sleeper const& s) const noexcept { return reader_ == &s; }

    void interrupt_reader() noexcept
    {
        std::uint64_t const one = 1;
        (void)!::write(interrupt_.native(), &one, sizeof one);
    }

    bool may_read(sleeper const& s) const noexcept { return !reader_ && is_ours(s) && !s.is_gone_; }

    // Waits for notices in place of all, without the mutex.
    void read_until(sleeper& s, time_point until, std::unique_lock<std::mutex>& guard)
    {
        reader_ = &s;
        int const inotify = inotify_.native(), interrupt = interrupt_.native();
        guard.unlock();
        ::pollfd fds[] = {{inotify, POLLIN, 0}, {interrupt, POLLIN, 0}};
        int const n = poll_until(fds, 2, until);
        bool const failed = n == -1 && errno != EINTR;
        guard.lock();
        reader_ = nullptr;
        std::uint64_t count;
        if (n > 0 && fds[1].revents != 0)
            (void)!::read(interrupt_.native(), &count, sizeof count);
        if (n > 0 && fds[0].revents != 0)
            distribute();
        if (failed) // so that it does not fail again at once
            remove(s);
    }

    // Somebody must read while anybody waits.
    void pass_on_reading() noexcept
    {
        if (reader_)
            return;
        for (auto& other : watchers_)
            if (other.is_waiting_ && !other.is_gone_) {
                other.condition_->notify_one();
                return;
            }
    }

private:
    struct number_of_watch
    {
        using type = int;
        type operator()(sleeper const& s) const noexcept { return s.watch_; }
    };

    // We are a forked child: all that is written here is about the parent, whose notices we would
    // take away. Our copies of its descriptors are closed.
    void start_afresh() noexcept
    {
        generation_ = process_generation();
        watchers_.clear();
        reader_ = nullptr;
    }

    bool have_instance() noexcept
    {
        if (inotify_.is_open() && interrupt_.is_open())
            return true;
        // Under a mutex that a fork waits for, so that no child has them and does not know it.
        inotify_.adopt(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)); // EMFILE: too many instances
        interrupt_.adopt(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        if (inotify_.is_open() && interrupt_.is_open())
            return true;
        inotify_.close();
        interrupt_.close();
        return false;
    }

    static int poll_until(::pollfd* fds, nfds_t count, time_point until) noexcept
    {
        using namespace std::chrono;
        if (until == (time_point::max)())
            return ::ppoll(fds, count, nullptr, nullptr);
        auto const left = (std::max)(nanoseconds(until - steady_clock::now()), nanoseconds());
        timespec t;
        t.tv_sec = static_cast<std::time_t>(duration_cast<seconds>(left).count());
        t.tv_nsec = static_cast<long>((left % seconds(1)).count());
        return ::ppoll(fds, count, &t, nullptr);
    }

    void distribute() noexcept
    {
        alignas(::inotify_event) char buffer[4096];
        for (bool is_full = true; is_full;) {
            auto const n = ::read(inotify_.native(), buffer, sizeof buffer);
            is_full =
                n > static_cast<ssize_t>(sizeof buffer - sizeof(::inotify_event) - NAME_MAX - 1);
            for (char const* at = buffer; at < buffer + n;) {
                ::inotify_event event;
                std::memcpy(&event, at, sizeof event);
                at += sizeof event + event.len;
                tell(event);
            }
        }
    }

    void tell(::inotify_event const& event) noexcept
    {
        auto const all = std::make_pair(watchers_.begin(), watchers_.end());
        auto const concerned =
            (event.mask & IN_Q_OVERFLOW) != 0 ? all : watchers_.equal_range(event.wd);
        for (auto at = concerned.first; at != concerned.second; ++at) {
            auto& s = *at;
            if ((event.mask & IN_IGNORED) != 0)
                s.is_gone_ = true; // the file, or its file system, has
            s.is_changed_ = true;
            if (s.is_waiting_)
                s.condition_->notify_one();
        }
    }

    std::uint64_t generation_ = process_generation();
    descriptor inotify_, interrupt_;
    intrusive::multiset<sleeper, intrusive::base_hook<sleeper_hook>,
                        intrusive::key_of_value<number_of_watch>>
        watchers_;
    sleeper* reader_ = nullptr;
};

sleeper::watching sleeper::watch(descriptor const& file, file_identity const& identity) noexcept
{
    std::lock_guard<std::mutex> const guard(notice_mutex());
    auto& board = notice_board::open();
    if (board.is_ours(*this)) {
        if (!is_gone_ && watched_ == identity)
            return watching::already;
        board.remove(*this);
    }
    watched_ = identity;
    is_changed_ = false; // that was another file
    return board.add(*this, file) ? watching::anew : watching::no;
}

void sleeper::watch_nothing() noexcept
{
    std::lock_guard<std::mutex> const guard(notice_mutex());
    auto& board = notice_board::open();
    if (board.is_ours(*this))
        board.remove(*this);
}

void sleeper::wake() noexcept
{
    std::lock_guard<std::mutex> const guard(notice_mutex());
    is_woken_ = true;
    if (!is_waiting_)
        return;
    condition_->notify_one();
    auto& board = notice_board::open();
    if (board.is_read_by(*this))
        board.interrupt_reader();
}

void sleeper::wait_until(time_point until, bool deaf)
{
    std::unique_lock<std::mutex> guard(notice_mutex());
    auto& board = notice_board::open();
    if (!condition_)
        condition_.emplace();
    is_waiting_ = true;
    while (!is_woken_ && (deaf || !is_changed_) && std::chrono::steady_clock::now() < until) {
        if (board.may_read(*this))
            board.read_until(*this, until, guard);
        else if (until == (time_point::max)())
            condition_->wait(guard);
        else
            condition_->wait_until(guard, until);
    }
    is_waiting_ = false;
    is_woken_ = false;
    board.pass_on_reading();
}

bool sleeper::take_change() noexcept
{
    std::lock_guard<std::mutex> const guard(notice_mutex());
    return std::exchange(is_changed_, false);
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
