// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_OWNERSHIP_HEARTBEAT_SCHEDULER_HPP
#define BOOST_FILELOCK_SRC_OWNERSHIP_HEARTBEAT_SCHEDULER_HPP

#include <boost/intrusive/set_hook.hpp>
#include <boost/system/error_code.hpp>

#include <chrono>
#include <cstdint>
#include <optional>

namespace boost {
namespace filelock {
namespace detail {

// Not a safe link: a forked child leaves behind those of its parent.
using heartbeat_hook = intrusive::set_base_hook<intrusive::link_mode<intrusive::normal_link>,
                                                intrusive::optimize_size<true>>;

/// What is to be done from time to time as long as something is held. One thread does it for the
/// whole process, and is there only while there is something to do.
///
/// Times are since boot, suspended or not: what was due meanwhile is done within a second of the
/// resumption.
class heartbeat : public heartbeat_hook
{
public:
    heartbeat() = default;
    heartbeat(heartbeat const&) = delete;
    heartbeat& operator=(heartbeat const&) = delete;

    /// From now on beats, at first at this time, also where it beats already. Fails where there is
    /// no thread to be had.
    system::error_code start(std::chrono::nanoseconds due);

    /// Ends it. When this returns no beat is under way, or it has come to `detach`; unless it
    /// is the beat that calls it. Harmless for one that has not been started, or has ended. In a
    /// forked child, which has none, it does nothing.
    void stop() noexcept;

    /// The same, but waits for all of the beat: before it is destroyed.
    void stop_and_wait() noexcept;

protected:
    ~heartbeat() = default;

    /// For a beat that is its last: who stops it need not wait for what follows.
    void detach() noexcept;

private:
    friend class heartbeat_scheduler;

    /// Called on the thread of the heartbeats, with no mutex held. When the next one is due;
    /// nothing: it was the last. It may stop itself, and be destroyed then.
    virtual std::optional<std::chrono::nanoseconds> beat() noexcept = 0;

    /// When it may beat: in company somewhat earlier.
    std::chrono::nanoseconds from(bool in_company) const noexcept
    {
        return in_company ? due_ - early_ : due_;
    }

    std::chrono::nanoseconds due_{}, early_{};
    std::uint32_t listed_in_ = 0; // the process generation; 0: not on the list
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
