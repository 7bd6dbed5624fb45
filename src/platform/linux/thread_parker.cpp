// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../thread_parker.hpp"

#if !defined(BOOST_FILELOCK_NO_CHANGE_NOTICE)

#include "../fork.hpp"
#include "../thread.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <mutex>
#include <new>
#include <utility>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace boost {
namespace filelock {
namespace detail {

/// The parked threads of this process, and the source of change notifications that they share: a
/// user may have 128 inotify instances, and an instance costs more than many watches. Guarded by
/// `mutex_rank::waits`, which is held over forks.
class parked_threads
{
public:
    using time_point = thread_parker::time_point;

    static parked_threads& instance() // with the mutex held
    {
        // Never destroyed, because locks may have static storage.
        alignas(parked_threads) static unsigned char place[sizeof(parked_threads)];
        static parked_threads& parked = *new (place) parked_threads;
        if (parked.generation_ != process_generation())
            parked.reset_in_child();
        return parked;
    }

    // Opens descriptors under a mutex that a fork acquires, so that every child knows of the
    // descriptors that it inherits.
    watch_result watch(thread_parker& s, watch_target const& target,
                       file_identity const& identity) noexcept
    {
        if (!interrupt_.is_open())
            interrupt_.adopt(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC));
        if (!interrupt_.is_open())
            return watch_result::no;
        read_rest(s);
        auto const source = notifier_.native();
        auto const outcome = notifier_.watch(s, target, identity);
        if (reader_ && notifier_.native() != source)
            interrupt_reader();
        has_lingering_.store(false, std::memory_order_relaxed);
        return outcome;
    }

    void forget(thread_parker& s) noexcept
    {
        notifier_.forget(s);
        has_lingering_.store(true, std::memory_order_relaxed);
    }

    static bool has_lingering() noexcept { return has_lingering_.load(std::memory_order_relaxed); }

    void drop_lingering() noexcept
    {
        notifier_.drop_lingering();
        has_lingering_.store(false, std::memory_order_relaxed);
    }

    // Reads what `s` has left unread. The attempt that followed may have come before some of the
    // changes. It failed, and others follow it.
    void read_rest(thread_parker& s) noexcept
    {
        if (!std::exchange(s.has_unread_, false))
            return;
        notifier_.read();
        (void)s.file_watch::take_change();
    }

    bool is_read_by(thread_parker const& s) const noexcept { return reader_ == &s; }

    void interrupt_reader() noexcept
    {
        std::uint64_t const one = 1;
        (void)!::write(interrupt_.native(), &one, sizeof one);
    }

    bool may_read(thread_parker const& s) const noexcept
    {
        return !reader_ && notifier_.is_watching(s);
    }

    // Waits for notifications on behalf of all threads, without the mutex.
    void read_until(thread_parker& s, time_point until, bool ignore_changes,
                    std::unique_lock<std::mutex>& guard)
    {
        reader_ = &s;
        int const source = notifier_.native(), interrupt = interrupt_.native();
        guard.unlock();
        ::pollfd fds[] = {{source, POLLIN, 0}, {interrupt, POLLIN, 0}};
        int const n = poll_until(fds, 2, until);
        bool const failed = n == -1 && errno != EINTR;
        guard.lock();
        reader_ = nullptr;
        std::uint64_t count;
        if (n > 0 && fds[1].revents != 0)
            (void)!::read(interrupt_.native(), &count, sizeof count);
        if (n > 0 && fds[0].revents != 0) {
            s.has_unread_ = !ignore_changes && notifier_.only_watch() == &s;
            if (s.has_unread_)
                notifier_.postpone_read(s);
            else
                notifier_.read();
        }
        if (failed) // so that the next poll does not fail at once
            notifier_.forget(s);
    }

    // Wakes another waiting thread to read, because one must read while any thread waits.
    void pass_on_reading() noexcept
    {
        if (reader_)
            return;
        auto const is_waiting = [](file_watch const& w) {
            return static_cast<thread_parker const&>(w).is_waiting_;
        };
        if (auto* const other = static_cast<thread_parker*>(notifier_.find_if(is_waiting)))
            other->condition_->notify_one();
    }

private:
    // Starts again in a forked child. The reader is a thread of the parent.
    void reset_in_child() noexcept
    {
        generation_ = process_generation();
        notifier_.reset_in_child();
        reader_ = nullptr;
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

    std::uint32_t generation_ = process_generation();
    change_notifier notifier_;
    descriptor interrupt_;
    thread_parker* reader_ = nullptr;
    static inline std::atomic<bool> has_lingering_{false}; // perhaps
};

watch_result thread_parker::watch(watch_target const& target,
                                  file_identity const& identity) noexcept
{
    has_watched_ = true;
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::waits));
    return parked_threads::instance().watch(*this, target, identity);
}

void thread_parker::watch_nothing() noexcept
{
    without_cancellation const running_on; // closing descriptors is a cancellation point
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::waits));
    parked_threads::instance().forget(*this);
}

void thread_parker::on_change() noexcept
{
    if (is_waiting_)
        rouse();
}

void thread_parker::wake() noexcept
{
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::waits));
    is_woken_ = true;
    if (is_waiting_)
        rouse();
}

void thread_parker::rouse() noexcept
{
    condition_->notify_one();
    auto& parked = parked_threads::instance();
    if (parked.is_read_by(*this))
        parked.interrupt_reader();
}

void thread_parker::wait_until(time_point until, bool ignore_changes)
{
    std::unique_lock<std::mutex> guard(process_mutex(mutex_rank::waits));
    auto& parked = parked_threads::instance();
    if (!condition_)
        condition_.emplace();
    parked.read_rest(*this);
    is_waiting_ = true;
    while (!is_woken_ && (ignore_changes || !is_changed()) &&
           std::chrono::steady_clock::now() < until) {
        if (parked.may_read(*this))
            parked.read_until(*this, until, ignore_changes, guard);
        else if (until == (time_point::max)())
            condition_->wait(guard);
        else
            condition_->wait_until(guard, until);
    }
    is_waiting_ = false;
    is_woken_ = false;
    parked.pass_on_reading();
}

void drop_lingering_watch() noexcept
{
    if (!parked_threads::has_lingering())
        return;
    without_cancellation const running_on; // read(2) is a cancellation point
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::waits));
    parked_threads::instance().drop_lingering();
}

bool thread_parker::take_change() noexcept
{
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::waits));
    return file_watch::take_change();
}

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
