// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_ENGINE_HPP
#define BOOST_FILELOCK_TEST_ENGINE_HPP

#include "../src/ownership/acquisition.hpp"
#include "../src/ownership/owner_queue.hpp"
#include "fake_protocol.hpp"

#include <boost/filelock/acquire_options.hpp>

#include <boost/filesystem/path.hpp>
#include <boost/system/errc.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace filelock_test {

namespace fd = boost::filelock::detail;
using namespace std::chrono_literals;

using boost::filelock::acquire_options;
using boost::filelock::ownership;
using fd::acquisition;
using fd::deadline;
using fd::lock_mode;
using fd::owner;
using fd::owner_queue;
using fd::watch_result;
using next = acquisition::next;
using time_point = acquisition::time_point;

inline time_point fake_now;

struct counting_waker final : fd::waker
{
    int count = 0;
    int followed = 0;
    bool is_of_this_thread = false;
    bool can_watch = false;
    bool is_changed = false;
    std::vector<fd::file_identity> watched; // in order

    watch_result watch(fd::watch_target const&, fd::file_identity const& file) noexcept override
    {
        if (!can_watch)
            return watch_result::no;
        if (!watched.empty() && watched.back() == file)
            return watch_result::already;
        watched.push_back(file);
        return watch_result::anew;
    }
    bool take_change() noexcept override { return std::exchange(is_changed, false); }
    void wake() noexcept override { ++count; }
    void follow(waker&) noexcept override { ++followed; }
    bool is_calling_thread() const noexcept override { return is_of_this_thread; }
};

inline owner some_thread()
{
    std::optional<owner> who;
    std::thread([&] { who = owner::calling(ownership::thread); }).join();
    return *who;
}

/// A fixture: an owner queue, a protocol without a file, and acquisitions.
struct engine
{
    fake_protocol protocol;
    owner_queue queue;
    time_point const start{100s};
    owner const me = owner::calling(ownership::thread);
    owner const object = owner::calling(ownership::instance);
    owner const other = some_thread(), third = some_thread();
    boost::filesystem::path const path = "some.lock";

    struct attempt
    {
        counting_waker waker;
        acquisition::wait_callbacks told;
        acquisition taking;
        attempt(engine& e, acquisition::request wanted, acquire_options const* how = nullptr)
            : told{how, &e.path, [] { return fake_now; }},
              taking(e.queue, e.protocol, with(wanted), waker)
        {}
        acquisition::request const& with(acquisition::request& wanted)
        {
            wanted.callbacks = &told;
            return wanted;
        }
        next step(time_point at)
        {
            fake_now = at;
            return taking.step();
        }
    };
    using attempt_ptr = std::unique_ptr<attempt>;

    acquisition::request request(lock_mode to, owner who, deadline const& until)
    {
        return {to, who, until, 50ms};
    }
    attempt_ptr want(lock_mode to, owner who, deadline const& until = deadline::never())
    {
        return std::make_unique<attempt>(*this, request(to, who, until));
    }
    attempt_ptr want(owner who, deadline const& until = deadline::never())
    {
        return want(lock_mode::exclusive, who, until);
    }
    attempt_ptr convert(owner who, lock_mode from, lock_mode to,
                        deadline const& until = deadline::never())
    {
        auto wanted = request(to, who, until);
        wanted.from = from;
        return std::make_unique<attempt>(*this, wanted);
    }
    attempt_ptr want(acquire_options const& how, owner who,
                     deadline const& until = deadline::never())
    {
        return std::make_unique<attempt>(*this, request(lock_mode::exclusive, who, until), &how);
    }

    bool have(lock_mode mode, owner who)
    {
        return want(mode, who, deadline::at_once())->step(start).kind == next::granted;
    }
    /// Drops a level and performs the pending action.
    bool drop(owner who, lock_mode mode = lock_mode::none)
    {
        auto const dropped = queue.drop(who, mode);
        fd::perform(queue, protocol, dropped.next);
        return dropped.owned;
    }
    bool weaken(owner who, lock_mode from, lock_mode to)
    {
        auto const dropped = queue.weaken(who, from, to);
        fd::perform(queue, protocol, dropped.next);
        return dropped.owned;
    }
};

inline constexpr auto shared = lock_mode::shared, upgrade = lock_mode::upgrade,
                      exclusive = lock_mode::exclusive;

inline bool would_deadlock(next const& n)
{
    return n.kind == next::failed && n.error == boost::system::errc::resource_deadlock_would_occur;
}

} // namespace filelock_test

#endif
