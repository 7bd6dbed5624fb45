// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "kinds.hpp"

#include "failure.hpp"
#include "oracle.hpp"
#include "race.hpp"

#include <algorithm>
#include <string>

namespace filelock_tool {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

/// Takes the reports of the processes during the race for one lock.
class verify_kinds::race
{
public:
    race(verify_dialogue& dialogue, lock_kind kind)
        : dialogue_(dialogue), oracle_(can_expire(kind) ? expiry : std::chrono::nanoseconds::max()),
          running_(dialogue.team().size())
    {
        result_.kind = kind;
    }

    bool is_over() const noexcept { return running_ == 0; }
    std::size_t holds() const { return oracle_.holds(false) + oracle_.holds(true); }

    void take(verify_dialogue::reply& r)
    {
        if (r.what == "in") {
            oracle_.begin(r.from, r.words.word() == "shared");
            result_.wait = (std::max)(result_.wait, r.words.milliseconds());
            dialogue_.tell(r.from, "go");
        } else if (r.what == "out") {
            oracle_.end(r.from);
            dialogue_.tell(r.from, "go");
        } else if (r.what == "released") {
            oracle_.finish(r.from, r.words.milliseconds());
        } else if (r.what == "starved") {
            is_starved_ = true;
        } else if (r.what == "error") {
            if (result_.error.empty())
                result_.error = failure_of(r.words).what();
        } else if (r.what == "done" && running_ > 0) {
            --running_;
        } else {
            dialogue_.refuse(r);
        }
    }

    kind_result result() const
    {
        auto result = result_;
        result.exclusive_holds = oracle_.holds(false);
        result.shared_holds = oracle_.holds(true);
        result.overlaps = oracle_.overlaps();
        if (result.overlaps > 0)
            result.excludes = false;
        else if (result.error.empty() && oracle_.holders() > 1)
            result.excludes = true;
        if (result.error.empty())
            result.finishes = !is_starved_;
        return result;
    }

private:
    static bool can_expire(lock_kind kind)
    {
        return kind == lock_kind::soft_file_lease || kind == lock_kind::soft_read_write_lock;
    }

    verify_dialogue& dialogue_;
    verify_oracle oracle_;
    std::size_t running_;
    kind_result result_;
    bool is_starved_ = false;
};

kind_result verify_kinds::measure(lock_kind kind)
{
    race all(dialogue_, kind);
    for (std::size_t i = 0; i < dialogue_.team().size(); ++i)
        dialogue_.tell(i, std::string("race ") + name_of(kind) + ' ' + in_milliseconds(time_));
    auto const begin = verify_dialogue::clock::now();
    auto last = begin;
    while (!all.is_over()) {
        std::chrono::duration<double> const elapsed = verify_dialogue::clock::now() - begin;
        auto const whole = std::chrono::duration<double>(time_).count();
        show(whole > 0 ? std::min(elapsed.count() / whole, 1.0) : 1,
             std::string(name_of(kind)) + ", " + std::to_string(all.holds()) + " holds");
        if (auto r = dialogue_.next(verify_dialogue::clock::now() + 100ms)) {
            last = verify_dialogue::clock::now();
            all.take(*r);
        } else if (verify_dialogue::clock::now() > last + longest_silence) {
            throw verify_failure(unavailable, "no process answers");
        }
    }
    auto result = all.result();
    if (result.excludes.value_or(false))
        result.has_notices = has_notices(kind);
    ++measured_;
    return result;
}

void verify_kinds::show(double share, std::string const& what)
{
    dialogue_.show((static_cast<double>(measured_) + share) / static_cast<double>(count_), what);
}

std::optional<bool> verify_kinds::has_notices(lock_kind kind)
{
    for (milliseconds interval = 1s;; interval *= 2) {
        bool const is_last = interval >= 16s;
        auto const result = has_notices(kind, interval, is_last);
        if (result || is_last)
            return result;
    }
}

/// Lets process 0 hold the lock, and release it while its partner sleeps. Without a notice the
/// partner sleeps for the whole interval. Returns nothing if the machine was too slow to tell the
/// two apart, or if the lock could not be acquired.
std::optional<bool> verify_kinds::has_notices(lock_kind kind, milliseconds interval, bool is_last)
{
    show(1, std::string(name_of(kind)) + ", change notices");
    dialogue_.tell(0, std::string("hold ") + name_of(kind));
    auto const answer = dialogue_.next();
    if (answer.from != 0 || answer.what != "held") {
        if (answer.what != "error")
            dialogue_.refuse(answer);
        return std::nullopt;
    }
    dialogue_.tell(partner_,
                   std::string("wait ") + name_of(kind) + ' ' + in_milliseconds(interval));
    auto const sleeps = sleeps_until_quiet();
    if (!sleeps) {
        dialogue_.request(0, "let-go", "released");
        return std::nullopt;
    }
    dialogue_.tell(0, "let-go");
    auto const gap = longest_gap(*sleeps);
    if (!gap)
        return std::nullopt;
    if (*gap < interval * 3 / 4)
        return true;
    // If the end of the sleep is late, a notice may be as late.
    bool const is_in_time = *gap >= interval * 19 / 20 && *gap < interval * 5 / 4;
    return is_in_time || is_last ? std::optional(false) : std::nullopt;
}

/// Waits until the partner sleeps for long, past the short pauses with which a wait begins. Returns
/// the number of its sleeps; nothing if it waits no more.
std::optional<std::size_t> verify_kinds::sleeps_until_quiet()
{
    std::size_t sleeps = 0;
    for (;;) {
        auto const r = sleeps == 0 ? std::optional(dialogue_.next())
                                   : dialogue_.next(verify_dialogue::clock::now() + 300ms);
        if (!r)
            return sleeps;
        if (r->from != partner_)
            dialogue_.refuse(*r);
        if (r->what == "held" || r->what == "error")
            return std::nullopt;
        if (r->what != "asleep")
            dialogue_.refuse(*r);
        ++sleeps;
    }
}

/// Returns the longest pause between two attempts of the partner since its sleep of this number,
/// when it has the lock. Returns nothing if it did not get the lock.
std::optional<milliseconds> verify_kinds::longest_gap(std::size_t sleeps)
{
    std::optional<milliseconds> longest;
    for (bool is_released = false, has_ended = false; !is_released || !has_ended;) {
        auto r = dialogue_.next();
        if (r.from == 0 && r.what == "released") {
            is_released = true;
        } else if (r.from == partner_ && (r.what == "held" || r.what == "error")) {
            has_ended = true;
            for (std::size_t i = 1; r.what == "held" && !r.words.is_at_end(); ++i) {
                auto const gap = r.words.milliseconds();
                if (i >= sleeps)
                    longest = longest ? (std::max)(*longest, gap) : gap;
            }
        } else if (r.from != partner_ || r.what != "asleep") {
            dialogue_.refuse(r);
        }
    }
    return longest;
}

} // namespace filelock_tool
