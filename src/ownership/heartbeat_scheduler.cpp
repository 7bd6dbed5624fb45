// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "heartbeat_scheduler.hpp"

#include "../platform/clock.hpp"
#include "../platform/fork.hpp"
#include "../platform/thread.hpp"

#include <boost/intrusive/set.hpp>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <new>
#include <thread>

namespace boost {
namespace filelock {
namespace detail {
namespace {

using namespace std::chrono_literals;

// The clock of std::condition_variable stops in suspend, so no wait is longer than this. A thread
// without heartbeats also waits for this time before it ends, since a new lock may come soon.
constexpr auto longest_sleep = 1s;

// A wake-up costs as much as a beat. So a thread that is awake also runs beats that are due soon: a
// beat may come early by its interval divided by this number.
constexpr int early_part = 16;

} // namespace

/// All heartbeats, in the order of their due times. `mutex_rank::refreshes` guards them. The
/// library holds that mutex while the process forks.
class heartbeat_scheduler
{
public:
    /// Returns the scheduler of this process. The caller holds the mutex.
    static heartbeat_scheduler& instance()
    {
        // Never destroyed: locks may have static storage duration, and the thread may outlive
        // `main`.
        alignas(heartbeat_scheduler) static unsigned char place[sizeof(heartbeat_scheduler)];
        static heartbeat_scheduler* all = new (place) heartbeat_scheduler;
        // In a forked child, the heartbeats, the thread and the threads that wait for it belong to
        // the parent.
        if (all->generation_ != process_generation())
            all = new (place) heartbeat_scheduler;
        return *all;
    }

    system::error_code add(heartbeat& h, std::chrono::nanoseconds due)
    {
        if (!has_thread_) {
            if (auto const ec = start_thread([] { run(); }))
                return ec;
            has_thread_ = true;
        }
        if (h.listed_in_ == generation_)
            list_.erase(list_.iterator_to(h));
        h.due_ = due;
        insert(h);
        if (h.due_ < asleep_until_)
            wake_.notify_one();
        return {};
    }

    void remove(heartbeat& h, bool to_its_end, std::unique_lock<std::mutex>& guard)
    {
        if (h.listed_in_ == generation_)
            list_.erase(list_.iterator_to(h));
        h.listed_in_ = 0;
        if (beating_ != &h)
            return;
        is_stopped_ = true;
        if (thread_ == std::this_thread::get_id())
            return; // the beat stops itself
        ++waiting_;
        auto const number = beats_;
        over_.wait(guard, [&] { return beats_ != number || (is_detached_ && !to_its_end); });
        --waiting_;
    }

    void detach() noexcept
    {
        is_detached_ = true;
        if (waiting_ != 0)
            over_.notify_all();
    }

private:
    struct by_due
    {
        using type = std::chrono::nanoseconds;
        type operator()(heartbeat const& h) const noexcept { return h.due_; }
    };

    static void run()
    {
        std::unique_lock<std::mutex> guard(process_mutex(mutex_rank::refreshes));
        auto& all = instance();
        all.thread_ = std::this_thread::get_id();
        if (all.beat_all(guard))
            all.has_thread_ = false;
    }

    // Runs beats until there are none. Returns false in a child that a beat has forked: this thread
    // must not run the child's heartbeats.
    bool beat_all(std::unique_lock<std::mutex>& guard)
    {
        auto const generation = generation_;
        bool is_awake = false; // has run a beat since the last wait
        for (bool was_idle = false; !was_idle || !list_.empty();) {
            was_idle = list_.empty();
            auto const now = time_since_boot();
            if (was_idle || list_.begin()->from(is_awake) > now) {
                auto const left = was_idle ? longest_sleep : list_.begin()->due_ - now;
                auto const sleep = std::min<std::chrono::nanoseconds>(left, longest_sleep);
                asleep_until_ = now + sleep;
                wake_.wait_for(guard, sleep);
                asleep_until_ = {};
                is_awake = false;
                continue;
            }
            beat(*list_.begin(), generation, guard);
            if (generation != process_generation())
                return false;
            is_awake = true;
        }
        return true;
    }

    void beat(heartbeat& h, std::uint32_t generation, std::unique_lock<std::mutex>& guard)
    {
        list_.erase(list_.iterator_to(h));
        h.listed_in_ = 0;
        beating_ = &h;
        is_stopped_ = is_detached_ = false;
        guard.unlock();
        auto const next = h.beat();
        guard.lock();
        if (generation != process_generation())
            return;
        beating_ = nullptr;
        ++beats_;
        if (waiting_ != 0)
            over_.notify_all();
        if (is_stopped_ || !next || h.listed_in_ == generation_)
            return; // the beat may have destroyed the heartbeat or started it again
        h.due_ = *next;
        insert(h);
    }

    void insert(heartbeat& h)
    {
        h.listed_in_ = generation_;
        h.early_ = (h.due_ - time_since_boot()) / early_part;
        list_.insert(h);
    }

    std::uint32_t const generation_ = process_generation();
    intrusive::multiset<heartbeat, intrusive::key_of_value<by_due>> list_;
    std::condition_variable wake_, over_;
    std::chrono::nanoseconds asleep_until_{};
    bool has_thread_ = false;
    std::thread::id thread_;
    heartbeat* beating_ = nullptr;
    bool is_stopped_ = false; // applies to `beating_`
    bool is_detached_ = false;
    std::uint64_t beats_ = 0;
    int waiting_ = 0; // threads that wait for the end of a beat
};

system::error_code heartbeat::start(std::chrono::nanoseconds due)
{
    std::lock_guard<std::mutex> const guard(process_mutex(mutex_rank::refreshes));
    return heartbeat_scheduler::instance().add(*this, due);
}

void heartbeat::stop() noexcept
{
    std::unique_lock<std::mutex> guard(process_mutex(mutex_rank::refreshes));
    heartbeat_scheduler::instance().remove(*this, false, guard);
}

void heartbeat::stop_and_wait() noexcept
{
    std::unique_lock<std::mutex> guard(process_mutex(mutex_rank::refreshes));
    heartbeat_scheduler::instance().remove(*this, true, guard);
}

void heartbeat::detach() noexcept
{
    std::unique_lock<std::mutex> guard(process_mutex(mutex_rank::refreshes));
    heartbeat_scheduler::instance().detach();
}

} // namespace detail
} // namespace filelock
} // namespace boost
